import PosternCore
import PosternTestSupport
import Testing

private let second: UInt64 = 1_000_000_000
private let post = "POST http://good.test/oauth/token HTTP/1.1\r\nHost: good.test\r\nContent-Length: 3\r\n\r\n"

extension PlaceholderWorld {
    /// What an agent gets of a token endpoint's answer, or the error in place of it.
    fileprivate func answer(
        _ body: String,
        status: Int = 200,
        agent: String = "bot",
        now: UInt64 = second,
        to request: String = post
    ) throws -> String {
        let request = try authorize(request, agent: agent)
        var answer = TokenAnswer()
        do {
            for byte in body.utf8 { try withUnsafeBytes(of: byte) { try answer.append($0) } }
            return latin1Text(try answer.sealed(status: status, for: request, in: tokens, now: now).body)
        } catch let error as UpstreamError { return "\(error)" }
    }

    /// Seals one access token and returns its placeholder.
    fileprivate func seal(_ token: String, agent: String = "bot", now: UInt64 = second, lifetime: Int? = nil) throws
        -> String
    {
        let lifetime = lifetime.map { ", \"expires_in\": \($0)" } ?? ""
        let text = try answer("{\"access_token\": \"\(token)\"\(lifetime)}", agent: agent, now: now)
        return String(try #require(text.firstMatch(of: /postern-token-[0-9a-f]{80}/)).output)
    }
}

/// Answers with the tokens `tok-1`, `tok-2` and so on, and how many of them are to be found.
private let answers: [(String, Int)] = [
    (
        "{\"access_token\":\"tok-1-secret\",\"token_type\":\"bearer\",\"expires_in\":3600,\"refresh_token\":\"tok-2-secret\"}",
        2
    ),
    (" { \"token\" : \"tok-1-secret\" ,\r\n\t\"id_token\":\"tok-2-secret\", \"accessToken\": \"tok-3-secret\" } ", 3),
    (
        "{\"ok\":true,\"authed_user\":{\"id\":\"U1\",\"access_token\":\"tok-1-secret\"},\"access_token\":\"tok-2-secret\"}",
        2
    ),
    ("[{\"refresh-token\":\"tok-1-secret\"},{\"a\":[[{\"BOT_ACCESS_TOKEN\":\"tok-2-secret\"}]]}]", 2),
    ("{\"access\\u005ftoken\":\"tok-\\u0031-secret\",\"tokens\":[\"tok-2-secret\",\"tok-3-secret\"]}", 3),
    ("{\"access_token\":\"tok-1-secret\",\"access_token\":\"tok-2-secret\"}", 2),
    ("access_token=tok-1-secret&expires_in=28800&refresh_token=tok%2D2-secret&scope=repo%2Cgist&token_type=bearer", 2),
    ("scope=&access%5Ftoken=tok-1-secret\n", 1),
    ("{\"error\":\"invalid_client\",\"next_page\":\"tok\"}", 0), ("{}", 0), ("[]", 0), ("", 0), (" \r\n", 0),
    ("{\"access_token\":null,\"refresh_token\":\"\",\"token_type\":\"mac\"}", 0), ("error=bad_code", 0),
]

/// Answers that may hold a token which cannot be found.
private let unreadable = [
    "tok-1-secret", "\"tok-1-secret\"", "<html>access_token=tok-1-secret</html>", "{\"access_token\":\"tok-1-secret\"",
    "{\"access_token\":\"tok-1-secret\"} x", "{\"access_token\":\"tok-1-secret\"}{\"access_token\":\"tok-2-secret\"}",
    "{'access_token':'tok-1-secret'}", "{access_token:\"tok-1-secret\"}", "{\"access_token\":\"tok\\x31\"}",
    "{\"access_token\":\"tok-1-secret\",}", "callback({\"access_token\":\"tok-1-secret\"})", "\u{feff}{}",
    "{\"access_token\":\"tok\n\"}", "{\"access_token\":\"tok 1\"}", "{\"access_token\":\"t\\u00f6k\"}",
    "{\"access_token\":\"\\u000d\\u000aX: y\"}", "access_token=tok%0d%0aX:%20y", "{\"access_token\":\"\\ud800\"}",
    String(repeating: "[", count: 100) + String(repeating: "]", count: 100),
    "{\"access_token\":\"\(String(repeating: "t", count: 5000))\"}",
    "{\"a\":\"\(String(repeating: "a", count: 70_000))\"}",
    "access_token: tok-1-secret", "{\"a\":tru}", "{\"a\"}", "{,}", "{\"a\":}", "[1 2]", "\0", "%",
]

@Suite("Sealed tokens")
struct SealedTokenTests {
    @Test("every token of an answer is exchanged for a placeholder, and the rest stays", arguments: answers)
    func seals(body: String, count: Int) throws {
        let world = try PlaceholderWorld()
        let text = try world.answer(body)
        #expect(text.matches(of: /postern-token-[0-9a-f]{80}/).count == count)
        #expect(
            !text.contains("tok-") || text.replacing(/postern-token-[0-9a-f]{80}/, with: "").contains("tok-") == false
        )
        let others = body.replacing(/tok(-|%2D)(\d|\\u0031)-secret/, with: "")
        #expect(text.replacing(/postern-token-[0-9a-f]{80}/, with: "") == others)
    }

    @Test("an answer in which a token could not be found is withheld, but an error page is not", arguments: unreadable)
    func withholds(body: String) throws {
        #expect(try PlaceholderWorld().answer(body) == "tokenUnreadable")
        guard !body.contains("access_token\":\"t\\u"), !body.contains("\\u000d"), body.utf8.count < 4000 else { return }
        let refused = try PlaceholderWorld().answer(body, status: 400)
        #expect(refused == latin1Text(Array(body.utf8)) || refused == "tokenUnreadable")
    }

    @Test("the rule's own credential is masked in the answer") func masks() throws {
        let text = try PlaceholderWorld().answer("{\"access_token\":\"tok-1-secret\",\"echo\":\"\(Sample.secret)\"}")
        #expect(!text.contains(Sample.secret) && text.contains("***"))
    }

    @Test("the token is written where its placeholder stands, in place of the rule's credential")
    func writes() throws {
        let world = try PlaceholderWorld()
        let placeholder = try world.seal("tok-1-secret")
        let rows = [
            ("Authorization: Bearer \(placeholder)", "Authorization: Bearer tok-1-secret\r\n"),
            ("authorization: token \(placeholder)", "authorization: token tok-1-secret\r\n"),
            ("X-Api-Key: \(placeholder)", "X-Api-Key: tok-1-secret\r\n"),
            (
                "Authorization: Basic \(base64("x-access-token:\(placeholder)"))",
                "Authorization: Basic \(base64("x-access-token:tok-1-secret"))\r\n"
            ),
            (
                "Authorization: Bearer \(placeholder)\r\nX-Api-Key: \(PlaceholderWorld.mine)",
                "Authorization: Bearer tok-1-secret\r\n"
            ),
        ]
        for (line, expected) in rows {
            let sent = try world.get("/v1", line)
            #expect(sent == "GET /v1 HTTP/1.1\r\nHost: good.test\r\n\(expected)Accept-Encoding: identity\r\n\r\n")
        }
        let request = try world.authorize(
            "GET http://good.test/ HTTP/1.1\r\nHost: good.test\r\nAuthorization: Bearer \(placeholder)\r\n\r\n"
        )
        var text = Array("a tok-1-secret b".utf8)
        #expect(text.withUnsafeMutableBytes { request.scrubbing?.mask($0) } == 1)
    }

    @Test("what of a provider's fields is no secret still goes with it") func otherFields() throws {
        var contents = PlaceholderWorld.contents(injection: [
            .basic(username: Sample.template("{id}"), password: Sample.template("{secret}")),
            .header(name: "X-Account", value: Sample.template("{id}")),
            .query(name: "key", value: Sample.template("{secret}")),
        ])
        contents.credentials[0] = Sample.credential(inputs: ["id": "acme"])
        let world = try PlaceholderWorld(contents)
        let placeholder = try world.seal("tok-1-secret")
        let sent = try world.get("/v1?a=b&key=c", "Authorization: Bearer \(placeholder)")
        let lines =
            "Host: good.test\r\nX-Account: acme\r\nAuthorization: Bearer tok-1-secret\r\nAccept-Encoding: identity"
        #expect(sent == "GET /v1?a=b HTTP/1.1\r\n\(lines)\r\n\r\n")
    }

    @Test("anywhere else the placeholder of a token is refused as any other is")
    func leaks() throws {
        let world = try PlaceholderWorld(PlaceholderWorld.contents(givesPlaceholder: false))
        #expect(try world.authorize(post).bodySearch == nil)
        let placeholder = try world.seal("tok-1-secret")
        #expect(try world.authorize(post).bodySearch != nil)
        for (path, line, agent) in [
            ("/v1", "X-Other: \(placeholder)", "bot"), ("/\(placeholder)", "A: b", "bot"),
            ("/?q=\(placeholder)", "A: b", "bot"), ("/v1", "Authorization: Bearer \(placeholder)", "eve"),
            ("/v1", "Authorization: Bearer \(placeholder)\r\nX-Api-Key: \(placeholder)", "bot"),
            ("/v1", "Authorization: Bearer \(placeholder.dropFirst(8))", "bot"),
            ("/v1", "Authorization: Bearer \(placeholder.dropLast())", "bot"),
            ("/v1", "X-Other: \(base64("u:\(placeholder)"))", "bot"),
        ] {
            #expect(try world.get(path, line, agent: agent).hasPrefix("placeholder_leaked"), "\(path) \(line) \(agent)")
        }
        let elsewhere =
            "GET http://other.test/ HTTP/1.1\r\nHost: other.test\r\nAuthorization: Bearer \(placeholder)\r\n\r\n"
        #expect(try world.sent(elsewhere).hasPrefix("placeholder_leaked"))
        let unprotected = elsewhere.replacing("other.test", with: "plain.test")
        #expect(try world.sent(unprotected).hasPrefix("placeholder_leaked"))
    }

    @Test("a token is kept as long as it lives, and an unknown one is answered as a client of OAuth expects")
    func expires() throws {
        let world = try PlaceholderWorld()
        let short = try world.seal("tok-1-secret", lifetime: 60)
        let usual = try world.seal("tok-2-secret")
        let endless = try world.seal("tok-3-secret", lifetime: 999_999_999_999)
        for (placeholder, end) in [(short, 60), (usual, 3600), (endless, 30 * 86_400)] {
            let line = "Authorization: Bearer \(placeholder)"
            #expect(try world.get("/", line, now: second * UInt64(end)).contains("-secret\r\n"))
            #expect(try world.get("/", line, now: second * UInt64(end + 1)).hasPrefix("sealed_token_unknown"))
        }
        let foreign = short.dropLast(4) + "0000"
        #expect(try world.get("/", "Authorization: Bearer \(foreign)").hasPrefix("sealed_token_unknown"))
    }

    @Test("the oldest of an agent's tokens goes first, and nobody else's does") func bounded() throws {
        let world = try PlaceholderWorld()
        let eves = try world.seal("tok-eve", agent: "eve")
        let all = try (0..<70).map { try world.seal("tok-\($0)-secret") }
        for (index, placeholder) in all.enumerated() {
            let sent = try world.get("/", "Authorization: Bearer \(placeholder)")
            #expect(sent.contains("tok-\(index)-secret") == (index >= 6))
        }
        #expect(try world.get("/", "Authorization: Bearer \(eves)", agent: "eve").contains("tok-eve"))
    }

    @Test(
        "a token endpoint is known in every spelling",
        arguments: [
            "/oauth/token", "/oauth/token/", "//oauth//token", "/OAuth/Token", "/oauth/t%6Fken", "/oauth%2Ftoken",
            "/oauth/token.json", "/oauth;a=b/token;c", "/oauth/%74%6f%6b%65%6e", "/x/%252e%252e/oauth/token",
            "/oauth%252ftoken",
            "/apps/7/tokens", "/apps/%37/tokens?a", "/oauth/token?x=y",
        ]
    )
    func spellings(path: String) throws {
        let world = try PlaceholderWorld()
        #expect(try world.authorize("POST http://good.test\(path) HTTP/1.1\r\nHost: good.test\r\n\r\n").issuesTokens)
    }

    @Test(
        "and no other path is one",
        arguments: [
            "/", "/oauth", "/oauth/tokens", "/oauth/token/x", "/v1/oauth/token", "/oauthtoken", "/apps/tokens",
            "/?/oauth/token",
        ]
    )
    func otherPaths(path: String) throws {
        let world = try PlaceholderWorld()
        let text = "POST http://good.test\(path) HTTP/1.1\r\nHost: good.test\r\n\r\n"
        #expect(try !world.authorize(text).issuesTokens)
        let plain = "POST http://plain.test/oauth/token HTTP/1.1\r\nHost: plain.test\r\n\r\n"
        #expect(try !world.authorize(plain).issuesTokens)
    }

    @Test("random text is read or withheld, and never ends the process") func random() throws {
        let world = try PlaceholderWorld()
        var generator = SplitMix64(seed: 87)
        let pieces = ["{", "}", "[", "\"", "\\u00", "access_token", ":", ",", "=", "&", "%", "\\"].map {
            Array($0.utf8)
        }
        for _ in 0..<3000 {
            let seed = Array(generator.pick(answers).0.utf8)
            let body = generator.mutate(seed, times: 1 + generator.below(6), splicing: pieces)
            _ = try world.answer(latin1Text(body))
        }
    }
}
