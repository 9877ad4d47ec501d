import Crypto
import CryptoExtras
import Foundation
import PosternCore

@testable import PosternOAuth

/// An identity provider with one key of each kind.
struct TestIssuer: Sendable {
    static let now: Int64 = 1_800_000_000
    static let settings: UserTokenSettings = {
        var settings = UserTokenSettings(issuer: "https://login.example.test/", audience: "postern")
        settings.groupsClaim = "groups"
        return settings
    }()
    /// Claims that are taken, with another in the place of one of them, and more.
    static func claims(
        _ more: String = "",
        iss: String = #""https://login.example.test/""#,
        aud: String = #""postern""#,
        sub: String = #""user-1""#,
        exp: String = "1800000600"
    ) -> String {
        #"{"iss":\#(iss),"aud":\#(aud),"sub":\#(sub),"exp":\#(exp)\#(more)}"#
    }

    let rsa: _RSA.Signing.PrivateKey
    let p256 = P256.Signing.PrivateKey()
    let p384 = P384.Signing.PrivateKey()
    let edwards = Curve25519.Signing.PrivateKey()

    init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// The published keys; `more` are members of the RSA key.
    func keySet(more: String = "") throws -> String {
        let numbers = try rsa.publicKey.getKeyPrimitives()
        let small = p256.publicKey.rawRepresentation
        let large = p384.publicKey.rawRepresentation
        return """
            {"keys":[{"kty":"RSA","kid":"rsa","n":"\(numbers.modulus.urlText)","e":"\(numbers.publicExponent.urlText)"\(more)},
             {"kty":"EC","crv":"P-256","kid":"p256","x":"\(small.prefix(32).urlText)","y":"\(small.suffix(32).urlText)"},
             {"kty":"EC","crv":"P-384","kid":"p384","x":"\(large.prefix(48).urlText)","y":"\(large.suffix(48).urlText)"},
             {"kty":"OKP","crv":"Ed25519","kid":"ed","x":"\(edwards.publicKey.rawRepresentation.urlText)"},
             {"kty":"oct","kid":"shared","k":"c2VjcmV0"},{"kty":"XYZ"},"nonsense"]}
            """
    }

    /// Signs as the algorithm of a header would; the header may say something else.
    func token(
        _ algorithm: String,
        header: String? = nil,
        claims: String = TestIssuer.claims()
    ) throws -> String {
        let kind = SigningAlgorithm(rawValue: algorithm)?.keyKind
        let id = kind == .p256 ? "p256" : kind == .p384 ? "p384" : kind == .ed25519 ? "ed" : "rsa"
        let head = Data((header ?? #"{"alg":"\#(algorithm)","kid":"\#(id)","typ":"JWT"}"#).utf8).urlText
        let signed = "\(head).\(Data(claims.utf8).urlText)"
        return "\(signed).\(try signature(algorithm, of: Data(signed.utf8)).urlText)"
    }

    private func signature(_ algorithm: String, of text: Data) throws -> Data {
        switch algorithm {
        case "RS256": try rsa.signature(for: SHA256.hash(data: text), padding: .insecurePKCS1v1_5).rawRepresentation
        case "RS384": try rsa.signature(for: SHA384.hash(data: text), padding: .insecurePKCS1v1_5).rawRepresentation
        case "RS512": try rsa.signature(for: SHA512.hash(data: text), padding: .insecurePKCS1v1_5).rawRepresentation
        case "PS256": try rsa.signature(for: SHA256.hash(data: text), padding: .PSS).rawRepresentation
        case "PS384": try rsa.signature(for: SHA384.hash(data: text), padding: .PSS).rawRepresentation
        case "PS512": try rsa.signature(for: SHA512.hash(data: text), padding: .PSS).rawRepresentation
        case "ES256": try p256.signature(for: text).rawRepresentation
        case "ES384": try p384.signature(for: text).rawRepresentation
        case "EdDSA": try edwards.signature(for: text)
        // The public key as the shared secret, for whoever would let the token choose.
        case "HS256":
            Data(
                HMAC<SHA256>.authenticationCode(
                    for: text,
                    using: SymmetricKey(data: Data(rsa.publicKey.pemRepresentation.utf8))
                )
            )
        default: Data()
        }
    }

    /// A verifier that has a key set already.
    func verifier(
        keySet: String? = nil,
        settings: UserTokenSettings = settings
    ) throws -> JWKSUserTokenVerifier {
        let text = try keySet ?? self.keySet()
        let keys = Secret(text.utf8).withJSON { KeySet($0) }
        let cache = KeyCache(
            fetch: { keys.map { .success($0) } ?? .failure(.unavailable(reason: "no key set")) },
            uptime: { 0 }
        )
        return JWKSUserTokenVerifier(settings: settings, cache: cache, now: { TestIssuer.now })
    }
}

extension Data {
    /// Base 64 for URLs, without padding.
    var urlText: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
