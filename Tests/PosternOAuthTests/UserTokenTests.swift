import Foundation
import PosternCore
import Testing

@testable import PosternOAuth

@Suite("Users' tokens")
struct UserTokenTests {
    /// Making an RSA key takes long.
    private static let issuer = Result { try TestIssuer() }

    private let issuer: TestIssuer

    init() throws { issuer = try Self.issuer.get() }

    private func verify(_ token: String, with verifier: JWKSUserTokenVerifier? = nil) async -> Result<
        VerifiedUser, UserTokenError
    > {
        do throws(UserTokenError) {
            return .success(try await (try? verifier ?? issuer.verifier())?.verify(Secret(token.utf8)) ?? nobody)
        } catch { return .failure(error) }
    }

    private let nobody = VerifiedUser(subject: "", issuer: "")

    @Test("each algorithm that is taken verifies", arguments: SigningAlgorithm.allCases.map(\.rawValue))
    func verifies(algorithm: String) async throws {
        let claims = TestIssuer.claims(#","name":"Alice","email":"a@b.test","groups":["dev","ops"]"#)
        let user = try await issuer.verifier().verify(Secret(try issuer.token(algorithm, claims: claims).utf8))
        let expected = VerifiedUser(
            subject: "user-1",
            issuer: "https://login.example.test/",
            displayName: "Alice",
            email: "a@b.test",
            groups: ["dev", "ops"]
        )
        #expect(user == expected)
    }

    @Test("a changed byte anywhere is refused", arguments: ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
    func refusesChanges(algorithm: String) async throws {
        let token = Array(try issuer.token(algorithm).utf8)
        let verifier = try issuer.verifier()
        for index in stride(from: 0, to: token.count - 1, by: 7) {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "Q") : UInt8(ascii: "A")
            guard changed != token else { continue }
            await #expect(throws: UserTokenError.self) { try await verifier.verify(Secret(changed)) }
        }
    }

    @Test(
        "a header that is not taken",
        arguments: [
            ("RS256", #"{"alg":"none","kid":"rsa"}"#, "it is signed in a way that is not taken"),
            ("none", #"{"alg":"none"}"#, "it is not a signed token"),
            ("HS256", #"{"alg":"HS256","kid":"rsa"}"#, "it is signed in a way that is not taken"),
            ("RS256", #"{"alg":"rs256","kid":"rsa"}"#, "it is signed in a way that is not taken"),
            ("RS256", #"{"alg":"RS256","alg":"RS256","kid":"rsa"}"#, "its header is not a JSON object"),
            ("RS256", #"{"kid":"rsa"}"#, "it is signed in a way that is not taken"),
            ("RS256", #"{"alg":"RS256","kid":7}"#, "its key id is no text"),
            ("RS256", #"{"alg":"RS256","kid":"rsa","crit":["exp"]}"#, "it has a critical header"),
            ("RS256", #"{"alg":"RS256","kid":"rsa","typ":"logout+jwt"}"#, "it is a token of another kind"),
            ("RS256", #"{"alg":"RS256","kid":"../../rsa"}"#, "it is signed with a key that is not known"),
            ("RS256", #"{"alg":"RS256","kid":"p256"}"#, "it is signed with a key that is not known"),
            ("RS256", #"{"alg":"ES256","kid":"rsa"}"#, "it is signed with a key that is not known"),
            ("RS256", #"{"alg":"RS256","kid":"shared"}"#, "it is signed with a key that is not known"),
            ("RS256", #"{"alg":"PS256","kid":"rsa"}"#, "its signature is not that of its issuer"),
            ("RS256", "[]", "its header is not a JSON object"),
            (
                "ES256", #"{"alg":"RS256","kid":"evil","jwk":{"kty":"oct"},"jku":"https://evil.test/"}"#,
                "it is signed with a key that is not known"
            ),
        ]
    )
    func refusesHeaders(algorithm: String, header: String, reason: String) async throws {
        let result = await verify(try issuer.token(algorithm, header: header))
        #expect(result == .failure(.invalid(reason: reason)))
    }

    @Test("a token without a key id is tried with all keys that fit")
    func takesNoKeyID() async throws {
        let user = try await issuer.verifier().verify(
            Secret(try issuer.token("ES256", header: #"{"alg":"ES256"}"#).utf8)
        )
        #expect(user.subject == "user-1")
    }

    @Test(
        "a key is for what its provider says",
        arguments: [
            (#","alg":"RS256","use":"sig""#, true), (#","key_ops":["verify"]"#, true), (#","alg":"RS512""#, false),
            (#","use":"enc""#, false), (#","key_ops":["encrypt"]"#, false), (#","alg":"RSA-OAEP""#, false),
            (#","use":7"#, false), (#","kid":"other""#, false),
        ]
    )
    func bindsKeys(more: String, isTaken: Bool) async throws {
        let verifier = try issuer.verifier(keySet: issuer.keySet(more: more))
        let result = await verify(try issuer.token("RS256"), with: verifier)
        #expect(((try? result.get()) != nil) == isTaken)
    }

    @Test(
        "claims that are not taken",
        arguments: [
            (TestIssuer.claims(iss: #""https://login.example.test""#), "its issuer is another"),
            (TestIssuer.claims(iss: "7"), "its issuer is another"),
            (TestIssuer.claims(aud: #""postern2""#), "it is for another audience"),
            (TestIssuer.claims(aud: "[]"), "it is for another audience"),
            (TestIssuer.claims(aud: #"{"a":"postern"}"#), "it is for another audience"),
            (TestIssuer.claims(exp: "1799999940"), "it has expired"),
            (TestIssuer.claims(exp: #""1900000000""#), "it does not say when it ends"),
            (TestIssuer.claims(exp: "1e400"), "it does not say when it ends"),
            (TestIssuer.claims(#","nbf":1800000061"#), "it is not valid yet"),
            (TestIssuer.claims(#","iat":1800000061"#), "it is not valid yet"),
            (TestIssuer.claims(#","nbf":"x""#), "its times are no numbers"),
            (TestIssuer.claims(sub: #""""#), "it does not say who the user is"),
            (TestIssuer.claims(sub: #""a\u0000b""#), "it does not say who the user is"),
            (TestIssuer.claims(sub: "7"), "it does not say who the user is"),
            (TestIssuer.claims(#","groups":[7]"#), "its groups are no list of names"),
            (TestIssuer.claims(#","sub":"user-2""#), "its claims are not a JSON object"),
            ("[]", "its claims are not a JSON object"), ("", "its claims are not a JSON object"),
        ]
    )
    func refusesClaims(claims: String, reason: String) async throws {
        let result = await verify(try issuer.token("ES256", claims: claims))
        #expect(result == .failure(.invalid(reason: reason)))
    }

    @Test(
        "groups follow each token",
        arguments: [
            ("", []), (#","groups":null"#, []), (#","groups":[]"#, []), (#","groups":"dev""#, ["dev"]),
        ]
    )
    func groups(more: String, groups: [String]) async throws {
        let user = try await verify(
            try issuer.token("EdDSA", claims: TestIssuer.claims(more + #","iat":1800000007"#))
        )
        .get()
        #expect(user.groups == groups && user.issuedAt == 1_800_000_007)
    }

    @Test(
        "claims that are taken",
        arguments: [
            TestIssuer.claims(aud: #"["other","postern"]"#), TestIssuer.claims(exp: "1799999941"),
            TestIssuer.claims(exp: "1800000600.5"), TestIssuer.claims(#","nbf":1800000060"#),
        ]
    )
    func takesClaims(claims: String) async throws {
        #expect(try await verify(try issuer.token("EdDSA", claims: claims)).get().subject == "user-1")
    }

    @Test("an address that was not verified is none, and without a claim for them nothing is said of groups")
    func readsDetails() async throws {
        let claims = TestIssuer.claims(#","email":"a@b.test","email_verified":false,"groups":"dev""#)
        let user = try await verify(try issuer.token("ES256", claims: claims)).get()
        #expect(user.email == nil && user.groups == ["dev"] && user.displayName == nil)
        var settings = TestIssuer.settings
        settings.groupsClaim = nil
        let verifier = try issuer.verifier(settings: settings)
        #expect(try await verify(try issuer.token("ES256", claims: claims), with: verifier).get().groups == nil)
    }

    @Test("another claim may name the user")
    func readsSubjectClaim() async throws {
        var settings = TestIssuer.settings
        settings.subjectClaim = "oid"
        let verifier = try issuer.verifier(settings: settings)
        let token = try issuer.token("ES256", claims: TestIssuer.claims(#","oid":"o-1""#))
        #expect(try await verify(token, with: verifier).get().subject == "o-1")
        #expect(
            await verify(try issuer.token("ES256"), with: verifier)
                == .failure(.invalid(reason: "it does not say who the user is"))
        )
    }

    @Test(
        "what is no token at all",
        arguments: ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "e30.e30.e30", "e30=.e30.AAAA", "ey J.e30.AAAA"]
    )
    func refusesText(token: String) async { #expect(await verify(token).isInvalid) }

    @Test("a token that is too long is not looked at")
    func refusesLong() async throws {
        let result = await verify(String(repeating: "a", count: 16_385))
        #expect(result == .failure(.invalid(reason: "it is too long")))
    }
}

extension Result where Failure == UserTokenError {
    var isInvalid: Bool { if case .failure(.invalid) = self { true } else { false } }
}
