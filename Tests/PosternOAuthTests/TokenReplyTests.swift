import PosternCore
import PosternFetch
import Testing

@testable import PosternOAuth

private func answer(_ status: Int, _ body: String) -> FetchAnswer {
    FetchAnswer(status: status, body: Secret(body.utf8))
}

private func text(_ secret: Secret?) -> String? { secret?.withBytes { String(decoding: $0, as: UTF8.self) } }

private func error(_ body: () throws(OAuthError) -> Void) -> OAuthError? {
    do throws(OAuthError) {
        try body()
        return nil
    } catch { return error }
}

@Suite("Answers of token endpoints")
struct TokenReplyTests {
    @Test("tokens are read as they are")
    func reads() throws {
        let body =
            #"{"access_token":"ya29.a/b\u002bc","refresh_token":"1//0e-r","expires_in":3599,"scope":"a b","token_type":"Bearer"}"#
        let tokens = try TokenReply.tokens(answer(200, body))
        #expect(text(tokens.accessToken) == "ya29.a/b+c" && text(tokens.refreshToken) == "1//0e-r")
        #expect(tokens.lifetime == .seconds(3599) && tokens.scopes == ["a", "b"])
    }

    @Test(
        "lifetimes and scopes come in several ways",
        arguments: [
            ("", nil, nil), (#","expires_in":"3600""#, 3600, nil), (#","expires_in":0"#, nil, nil),
            (#","expires_in":1e2"#, 100, nil), (#","expires_in":99999999999999999999"#, nil, nil),
            (#","expires_in":-5"#, nil, nil), (#","expires_in":null"#, nil, nil),
            (#","expires_in":9007199254740991"#, 315_360_000, nil), (#","scope":"a,b""#, nil, ["a", "b"]),
            (#","scope":["a","b"]"#, nil, ["a", "b"]), (#","scope":"""#, nil, []), (#","scope":7"#, nil, nil),
        ] as [(String, Int?, [String]?)]
    )
    func readsVariants(more: String, seconds: Int?, scopes: [String]?) throws {
        let tokens = try TokenReply.tokens(answer(201, #"{"access_token":"0123456789""# + more + "}"))
        #expect(
            tokens.lifetime == seconds.map { .seconds($0) } && tokens.scopes == scopes && tokens.refreshToken == nil
        )
    }

    @Test(
        "what is no token is not taken",
        arguments: [
            (200, "", OAuthError.unreachable(reason: "it answered 200")),
            (200, "{}", .unreachable(reason: "its token endpoint gave no token that can be used")),
            (
                200, #"{"access_token":"short"}"#,
                .unreachable(reason: "its token endpoint gave no token that can be used")
            ),
            (
                200, #"{"access_token":"with\r\nline-end"}"#,
                .unreachable(reason: "its token endpoint gave no token that can be used")
            ),
            (
                200, #"{"access_token":"0123456789","access_token":"9876543210"}"#,
                .unreachable(reason: "it answered 200")
            ),
            (
                200, #"{"access_token":"0123456789","token_type":"DPoP"}"#,
                .misconfigured(reason: "its tokens need a proof of possession")
            ),
            (200, #"{"error":"bad_verification_code"}"#, .refused(code: "bad_verification_code")),
            (200, #"{"ok":false,"error":"invalid_code"}"#, .refused(code: "invalid_code")),
            (400, #"{"error":"invalid_grant","access_token":"0123456789"}"#, .refused(code: "invalid_grant")),
            (400, #"{"error":"a sentence with <b>"}"#, .refused(code: "unknown_error")),
            (400, #"{"error":{"code":"expired","message":"x"}}"#, .refused(code: "expired")),
            (400, "", .refused(code: "http_400")), (403, "<html>", .unreachable(reason: "it answered 403")),
            (403, #"{"error":"invalid_code"}"#, .refused(code: "invalid_code")),
            (401, "", .misconfigured(reason: "it answered 401")),
            (401, #"{"error":"invalid_client"}"#, .misconfigured(reason: "it answered invalid_client")),
            (400, #"{"error":"temporarily_unavailable"}"#, .unreachable(reason: "temporarily_unavailable")),
            (500, #"{"error":"invalid_grant"}"#, .unreachable(reason: "its endpoint answered 500")),
            (429, "{}", .unreachable(reason: "its endpoint answered 429")),
            (302, "", .unreachable(reason: "its endpoint answered 302")),
        ]
    )
    func refuses(status: Int, body: String, expected: OAuthError) {
        let found = error { () throws(OAuthError) in _ = try TokenReply.tokens(answer(status, body)) }
        #expect(found == expected)
    }

    @Test("a token that could not be masked is not taken")
    func refusesLong() {
        let long = String(repeating: "x", count: 4097)
        #expect(throws: OAuthError.self) { try TokenReply.tokens(answer(200, #"{"access_token":"\#(long)"}"#)) }
    }

    @Test("whatever comes, it traps nothing")
    func survivesAnything() {
        var generator = SystemRandomNumberGenerator()
        let seed = Array(#"{"access_token":"0123456789","expires_in":12,"scope":["a"],"error":{"code":null}}"#.utf8)
        for _ in 0..<2_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? TokenReply.tokens(FetchAnswer(status: 200, body: Secret(bytes)))
        }
    }
}

@Suite("Answers of account endpoints")
struct AccountReplyTests {
    @Test(
        "the member that is asked for names the account",
        arguments: [
            ("email", #"{"email":"a@b.test","name":"Alice"}"#, "a@b.test", "Alice"),
            ("login", #"{"login":"octocat","name":null}"#, "octocat", nil),
            ("id", #"{"id":1234567890123}"#, "1234567890123", nil),
            ("data.email", #"{"data":{"email":"a@b.test","name":"A"},"name":"B"}"#, "a@b.test", "A"),
        ] as [(String, String, String, String?)]
    )
    func reads(member: String, body: String, identifier: String, name: String?) throws {
        let account = try AccountReply.account(answer(200, body), member: member)
        #expect(account == OAuthAccount(identifier: identifier, displayName: name))
    }

    @Test(
        "what names no account is refused",
        arguments: [
            (200, "email", "{}"), (200, "email", #"{"email":""}"#), (200, "email", #"{"email":"a\nb"}"#),
            (200, "data.email", #"{"data":"x"}"#), (200, "", #"{"":"x"}"#), (200, "email", #"{"email":{}}"#),
            (200, "email", #"{"email":"a","email":"b"}"#), (401, "email", ""), (403, "email", #"{"email":"a"}"#),
            (500, "email", #"{"email":"a"}"#), (200, "email", "not json"),
        ]
    )
    func refuses(status: Int, member: String, body: String) {
        #expect(throws: OAuthError.self) { try AccountReply.account(answer(status, body), member: member) }
    }
}

@Suite("Forms")
struct FormBodyTests {
    @Test("what is not plain is escaped, in names and values")
    func escapes() {
        let form = FormBody.text([("code", Secret("a+b/c=&é ~".utf8)), ("x y", Secret("".utf8))])
        #expect(text(form) == "code=a%2Bb%2Fc%3D%26%C3%A9%20~&x%20y=")
    }

    @Test("Basic is of escaped parts")
    func encodesBasic() {
        // printf 'a%%3Ab:p%%25w' | base64
        #expect(text(FormBody.basic(user: "a:b", password: Secret("p%w".utf8))) == "Basic YSUzQWI6cCUyNXc=")
        #expect(text(FormBody.bearer(Secret("t".utf8))) == "Bearer t")
    }
}
