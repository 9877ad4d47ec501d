import PosternCore
import PosternTestSupport
import Testing

private let get = "GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n"
private let bearer = "Authorization: Bearer \(Sample.secret)\r\nAccept-Encoding: identity\r\n"

private func header(_ name: String) -> DirectoryContents {
    Sample.contents(provider: Sample.provider(injection: [.header(name: name, value: Sample.template("{secret}"))]))
}

private let egress = Sample.contents(egress: [Sample.egress()])

/// Lines of a client that must not reach a granted upstream.
private let removed = [
    // The slot itself.
    "Authorization: mine", "authorization: mine", "AUTHORIZATION:mine", "Authorization:",
    "Authorization: a\r\nAuthorization: b",
    "Authorization: a, b",
    // Hop by hop, RFC 9110 section 7.6.1.
    "Connection: close", "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
    "TE: trailers",
    "Trailer: X-Sum", "Upgrade: websocket",
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings",
    "Proxy-Authenticate: x", "Proxy-Authentication-Info: x", "Proxy-Status: x", "proxy_connection: x",
    // Named in Connection.
    "Connection: X-Private\r\nX-Private: a\r\nx_private: b", "Connection: close, Authorization",
    "Connection: host, content-length",
    "Connection: keep-alive, authorization, host", "Connection: A\r\nConnection: B\r\nA: 1\r\nB: 2\r\na: 3",
    // Claims about who asked and what.
    "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "x_forwarded_for: 1.2.3.4", "X-Forwarded-Host: evil.test",
    "X-Real-IP: 1.2.3.4",
    "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-HTTP-Method-Override: DELETE", "X-Method-Override: PUT",
    "Via: 1.1 x",
    "X-Host: evil.test", "True-Client-IP: 1.2.3.4",
    // Other places of credentials, and what hides one in an answer.
    "X-Api-Key: mine", "X_Api_Key: mine", "api-key: mine", "Cookie: session=1", "Cookie: a=1\r\ncookie: b=2",
    "PRIVATE-TOKEN: mine",
    "X-Amz-Security-Token: x\r\nX-Amz-Date: y", "Accept-Encoding: gzip",
    "Connect-Accept-Encoding: br", "Range: bytes=0-5", "If-Range: \"a\"",
    // For us.
    "Postern-Run: 1", "Postern-Role: r", "Postern-Context: c", "X-Alter-Context: c",
    "Proxy-Authorization: Bearer \(Sample.botKey)",
    "Expect: 100-continue",
]

private let queries: [(String, String)] = [
    ("", "?key=SECRET"), ("?", "?key=SECRET"), ("?a=b", "?a=b&key=SECRET"), ("?key=a", "?key=SECRET"),
    ("?key=a&k%65y=b&KEY=c", "?key=SECRET"), ("?a=1&key&b=2", "?a=1&b=2&key=SECRET"),
    ("?%6B%65%79=x&a", "?a&key=SECRET"),
    ("?keys=1&xkey=2", "?keys=1&xkey=2&key=SECRET"), ("?a=key&b=%6bey", "?a=key&b=%6bey&key=SECRET"),
    ("?&&a&&", "?a&key=SECRET"),
    ("?a=1;key=mine", "?key=SECRET"), ("?a;k%45y=mine&b", "?b&key=SECRET"), ("?=x", "?=x&key=SECRET"),
    ("?key%00=x", "?key%00=x&key=SECRET"),
]

@Suite("UpstreamRequest")
struct UpstreamRequestTests {
    @Test("the head is written anew, with the credential in its place") func whole() throws {
        let text =
            "POST http://GOOD.test:80/v1/a%20b?x=%41&y HTTP/1.0\r\nX-One: 1\r\nempty:\r\nHost: good.test\r\n"
            + "User-Agent: \t curl\u{e9} \r\ncontent-length: 007\r\nX-One: 2\r\n\r\n1234567"
        let expected =
            "POST /v1/a%20b?x=%41&y HTTP/1.1\r\nHost: good.test\r\nX-One: 1\r\nempty:\r\nUser-Agent: curl\u{e9}\r\nX-One: 2\r\n"
            + "\(bearer)Content-Length: 7\r\n\r\n"
        #expect(try Sample.contents().sent(text) == expected)
    }

    @Test("what a client says in these fields does not go upstream", arguments: removed)
    func removes(lines: String) throws {
        let expected = "GET /v1/ok HTTP/1.1\r\nHost: good.test\r\nM: b\r\nN: d\r\n\(bearer)\r\n"
        #expect(try Sample.contents().sent("\(get)M: b\r\n\(lines)\r\nN: d\r\n\r\n") == expected)
    }

    @Test("a gRPC server is told not to compress messages") func messageEncodings() throws {
        let expected =
            "GET /v1/ok HTTP/1.1\r\nHost: good.test\r\n\(bearer)grpc-accept-encoding: identity\r\n\r\n"
        #expect(try Sample.contents().sent("\(get)grpc-accept-encoding: gzip\r\n\r\n") == expected)
    }

    @Test(
        "Connection cannot remove what Postern writes",
        arguments: [
            "content-length", "transfer-encoding", "host", "authorization", "accept-encoding", "a, b, authorization",
        ]
    )
    func connectionOptions(names: String) throws {
        let text =
            "POST http://good.test/ HTTP/1.1\r\nHost: good.test\r\nConnection: \(names)\r\nContent-Length: 3\r\n\r\n"
        let expected = "POST / HTTP/1.1\r\nHost: good.test\r\n\(bearer)Content-Length: 3\r\n\r\n"
        #expect(try Sample.contents().sent(text) == expected)
    }

    @Test(
        "the slot has one value under every name an origin may read as its own",
        arguments: [
            "X-Custom-Key: a", "x_custom_key: a", "X_CUSTOM_KEY: a", "x-custom_key: a\r\nX-Custom-Key: b",
            "Connection: x-custom-key",
        ]
    )
    func aliases(lines: String) throws {
        let expected =
            "GET /v1/ok HTTP/1.1\r\nHost: good.test\r\nX-Custom-Key: \(Sample.secret)\r\nAccept-Encoding: identity\r\n\r\n"
        #expect(try header("X-Custom-Key").sent("\(get)\(lines)\r\n\r\n") == expected)
    }

    @Test(
        "names that only look like the slot pass",
        arguments: ["X-Custom-Keys: a", "XCustomKey: a", "X-Custom--Key: a"]
    )
    func neighbours(line: String) throws {
        #expect(try header("X-Custom-Key").sent("\(get)\(line)\r\n\r\n").contains("\r\n\(line)\r\n"))
    }

    @Test("the query slot has one value, in whatever way a client wrote its own", arguments: queries)
    func querySlot(query: String, expected: String) throws {
        let provider = Sample.provider(injection: [.query(name: "key", value: Sample.template("{secret}"))])
        let contents = Sample.contents(
            provider: provider,
            credential: Sample.credential(secrets: ["secret": "a b&c=d/efg"])
        )
        let sent = try contents.sent("GET http://good.test/p\(query) HTTP/1.1\r\nHost: good.test\r\n\r\n")
        let target = "/p" + expected.replacing("SECRET", with: "a%20b%26c%3Dd%2Fefg")
        #expect(sent == "GET \(target) HTTP/1.1\r\nHost: good.test\r\nAccept-Encoding: identity\r\n\r\n")
    }

    @Test(
        "the secret stands in the path where the client wrote something for it",
        arguments: [
            ("http://good.test/bot0/getMe?a=b", "good.test"), ("/via/good/botx:y/getMe?a=b", "localhost"),
            ("http://good.test/bot%7Btoken%7D/getMe?a=b", "good.test"),
        ]
    )
    func pathSlot(target: String, host: String) throws {
        let provider = Sample.provider(injection: [.path(Sample.template("/bot{secret}/"))])
        let contents = Sample.contents(
            provider: provider,
            credential: Sample.credential(secrets: ["secret": "12345:abcdef"])
        )
        let text = "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        #expect(
            try contents.sent(text)
                == "GET /bot12345:abcdef/getMe?a=b HTTP/1.1\r\nHost: good.test\r\nAccept-Encoding: identity\r\n\r\n"
        )
        // The record shows neither the secret nor what the client wrote there.
        let url = try contents.authorize(text).auditURL
        #expect(latin1Text(url.path) == "/bot{secret}/getMe")
    }

    @Test("Basic and several fields at once") func several() throws {
        let provider = Sample.provider(injection: [
            .basic(username: Sample.template("{user}"), password: Sample.template("{secret}")),
            .header(name: "X-Account", value: Sample.template("{user}")),
        ])
        let contents = Sample.contents(
            provider: provider,
            credential: Sample.credential(secrets: ["secret": "open sesame"], inputs: ["user": "Aladdin"])
        )
        let sent = try contents.sent("\(get)Authorization: Basic bWU6bWU=\r\nx_account: me\r\n\r\n")
        #expect(
            sent == "GET /v1/ok HTTP/1.1\r\nHost: good.test\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"
                + "X-Account: Aladdin\r\nAccept-Encoding: identity\r\n\r\n"
        )
    }

    @Test(
        "framing follows from the body that was read",
        arguments: [
            ("GET", "", ""), ("HEAD", "", ""), ("DELETE", "", ""), ("OPTIONS", "", ""),
            ("POST", "", "Content-Length: 0\r\n"),
            ("PUT", "", "Content-Length: 0\r\n"), ("PATCH", "Content-Length: 0\r\n", "Content-Length: 0\r\n"),
            ("GET", "Content-Length: 0\r\n", ""), ("GET", "Content-Length: 5\r\n", "Content-Length: 5\r\n"),
            ("POST", "Transfer-Encoding: CHUNKED\r\n", "Transfer-Encoding: chunked\r\n"),
            ("POST", "Transfer-Encoding: chunked\r\nTrailer: Host\r\n", "Transfer-Encoding: chunked\r\n"),
        ]
    )
    func framing(method: String, lines: String, expected: String) throws {
        let text = "\(method) http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\(lines)\r\n"
        #expect(
            try Sample.contents().sent(text) == "\(method) / HTTP/1.1\r\nHost: good.test\r\n\(bearer)\(expected)\r\n"
        )
    }

    @Test(
        "Host names the destination, with its port where it is not the scheme's",
        arguments: [
            ("good.test", "https", "good.test"), ("good.test:8443", "https", "good.test:8443"),
            ("good.test:80", "https", "good.test:80"),
            ("good.test:80", "http", "good.test"), ("good.test:443", "http", "good.test:443"),
        ]
    )
    func host(pattern: String, scheme: String, expected: String) throws {
        let provider = Sample.provider(hosts: [pattern], scheme: try #require(Scheme(rawValue: scheme)))
        let sent = try Sample.contents(provider: provider).sent(
            "GET /via/good/x HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n"
        )
        #expect(sent.hasPrefix("GET /x HTTP/1.1\r\nHost: \(expected)\r\n"))
    }

    @Test("a base URL's own key does not go upstream, raw or in base 64") func urlKey() throws {
        for line in [
            "Authorization: Bearer \(Sample.botKey)", "X-Api-Key: \(Sample.botKey)", "xi-api-key: \(Sample.botKey)",
        ] {
            let sent = try Sample.contents().sent(
                "GET /via/good/ HTTP/1.1\r\nHost: localhost\r\n\(line)\r\n\r\n",
                agent: nil
            )
            #expect(sent == "GET / HTTP/1.1\r\nHost: good.test\r\n\(bearer)\r\n")
        }
    }

    @Test(
        "without a grant the client's own fields pass, but no agent's key",
        arguments: [
            ("Authorization: Bearer own", true), ("Cookie: a=b", true), ("Range: bytes=0-5", true),
            ("Accept-Encoding: gzip", true), ("grpc-accept-encoding: gzip", true), ("grpc-encoding: gzip", true),
            ("X-Api-Key: own", true), ("Authorization: Basic b3duOm93bg==", true),
            ("Authorization: Bearer \(Sample.botKey)", false), ("Authorization: \(Sample.eveKey)", false),
            ("X-Api-Key: \(Sample.botKey)", false), ("x_api_key: \(Sample.eveKey)", false),
            ("Authorization: Basic \(latin1Text(Base64.encode(latin1("bot:\(Sample.botKey)"))))", false),
            ("Authorization: Token \(Sample.botKey)", false), ("Proxy-Authorization: Bearer \(Sample.botKey)", false),
            ("X-Forwarded-For: 1.2.3.4", false), ("Connection: close", false),
        ]
    )
    func egressFields(line: String, passes: Bool) throws {
        let sent = try egress.sent("GET http://plain.test/ HTTP/1.1\r\nHost: plain.test\r\n\(line)\r\n\r\n")
        #expect(sent == "GET / HTTP/1.1\r\nHost: plain.test\r\n\(passes ? line + "\r\n" : "")\r\n")
    }

    @Test(
        "tags are ours, and stay one line each",
        arguments: [
            ("Postern-Run: r1\r\nPostern-Role: dev", "bot/r1/dev id-1"), ("X: y", "bot/-/- id-1"),
            ("Postern-Run: a\u{e9}\tb\u{ff}", "bot/ab/- id-1"),
            ("Postern-Run: a\r\nPostern-Run: b", "bot/b/- id-1"), ("X-Agent: mine\r\nx_agent: mine", "bot/-/- id-1"),
            ("Connection: x-agent", "bot/-/- id-1"), ("Postern-Run:", "bot/-/- id-1"),
        ]
    )
    func tagHeader(lines: String, expected: String) throws {
        let tagging = AuditTagging(header: ("X-Agent", Sample.template("{agent}/{run}/{role} {request_id}")))
        let sent = try Sample.contents(provider: Sample.provider(tagging: tagging)).sent("\(get)\(lines)\r\n\r\n")
        let found = sent.split(separator: "\r\n").filter {
            $0.lowercased().hasPrefix("x-agent") || $0.hasPrefix("x_agent")
        }
        #expect(found == ["X-Agent: \(expected)"])
    }

    @Test(
        "the suffix follows whatever User-Agent there is, and cannot be kept away",
        arguments: [
            ("User-Agent: curl/8", "User-Agent: curl/8 (bot)"), ("user_agent: curl/8", "user_agent: curl/8 (bot)"),
            ("User-Agent:", "User-Agent: (bot)"), ("X: y", "User-Agent: (bot)"),
            ("User-Agent: curl/8\r\nConnection: user-agent", "User-Agent: (bot)"),
        ]
    )
    func userAgent(lines: String, expected: String) throws {
        let tagging = AuditTagging(userAgentSuffix: Sample.template("({agent})"))
        let sent = try Sample.contents(provider: Sample.provider(tagging: tagging)).sent("\(get)\(lines)\r\n\r\n")
        #expect(
            sent.split(separator: "\r\n").filter { $0.lowercased().replacing("_", with: "-").hasPrefix("user-agent") }
                == ["\(expected)"[...]]
        )
    }

    @Test("limits are taken when a request is admitted and given back when it ends") func limits() throws {
        let contents = Sample.contents(grants: [Sample.grant(limits: Limits(concurrentRequests: 1))])
        let directory = try Directory(contents)
        func admit() throws -> UpstreamRequest {
            try RequestPipeline().authorize(
                try IngressRequest.read("\(get)\r\n"),
                listenerAgent: ("bot", .socket),
                in: directory,
                nowSeconds: 0,
                monotonicNow: 0
            )
        }
        let first = try admit()
        #expect(throws: Refusal.self) { try admit() }
        first.end()
        try admit().end()
        try admit().end()
    }

    @Test("a rule that refuses leaves the agent's limit as it was") func releasedAgentLimit() throws {
        var contents = Sample.contents(grants: [Sample.grant(limits: Limits(concurrentRequests: 0))])
        contents.agents = [Sample.agent("bot", limits: Limits(concurrentRequests: 1))]
        contents.egress = [Sample.egress()]
        let directory = try Directory(contents)
        func admit(_ host: String) throws -> UpstreamRequest {
            try RequestPipeline().authorize(
                try IngressRequest.read("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"),
                listenerAgent: ("bot", .socket),
                in: directory,
                nowSeconds: 0,
                monotonicNow: 0
            )
        }
        for _ in 0..<3 { #expect(throws: Refusal.self) { try admit("good.test") } }
        try admit("plain.test").end()
    }
}
