import PosternCore
import PosternTestSupport
import Testing

/// A target, a Host, the port at which Postern was reached, and whether the request is for Postern's own API; `nil` if it
/// is refused.
private let rows: [(String, String, UInt16?, Bool?)] = [
    ("/sdk/agents", "localhost:3128", 3128, true), ("/sdk/", "postern.internal", nil, true),
    ("/sdk/token?x=y", "127.0.0.1:3128", 3128, true), ("/sdk/proxy", "[::1]:3128", 3128, true),
    ("/sdk/proxy", "postern", nil, true), ("/sdk/proxy", "10.0.0.1:3128", 3128, true),
    ("http://postern.internal/sdk/me", "postern.internal", nil, true),
    ("http://POSTERN.internal./sdk/me", "postern.internal", 3128, true),
    ("http://postern.internal:80/sdk/me", "postern.internal", nil, true),
    ("http://localhost:3128/sdk/me", "localhost:3128", 3128, true),
    ("http://127.0.0.1:3128/sdk/me", "127.0.0.1:3128", 3128, true),
    ("http://[::1]:3128/sdk/me", "[::1]:3128", 3128, true),
    ("/sdk", "localhost", 3128, true), ("http://postern.internal/sdk?x", "postern.internal", nil, true),
    // Requests to others.
    ("http://postern.internal/other", "postern.internal", nil, false),
    ("http://postern.internal/sdkx", "postern.internal", nil, false),
    ("http://postern.internal/SDK/me", "postern.internal", nil, false),
    ("http://postern.internal:3128/sdk/me", "postern.internal:3128", nil, false),
    ("https://postern.internal/sdk/me", "postern.internal", nil, false),
    ("http://x.postern.internal/sdk/me", "x.postern.internal", nil, false),
    ("http://postern/sdk/me", "postern", nil, false), ("http://good.test/sdk/me", "good.test", 80, false),
    ("http://localhost:3128/sdk/me", "localhost:3128", nil, false),
    ("http://localhost:3128/sdk/me", "localhost:3128", 3129, false),
    ("http://localhost/sdk/me", "localhost", 3128, false), ("http://localhost/sdk/me", "localhost", 80, false),
    ("http://localhost:3128/v1/x", "localhost:3128", 3128, false),
    ("https://localhost:3128/sdk/me", "localhost:3128", 3128, false),
    ("http://127.0.0.2:3128/sdk/me", "127.0.0.2:3128", 3128, false),
    ("http://[::ffff:127.0.0.1]:3128/sdk/me", "[::ffff:127.0.0.1]:3128", 3128, false),
    ("http://10.0.0.1:3128/sdk/me", "10.0.0.1:3128", 3128, false),
    ("http://localhost.good.test:3128/sdk/me", "localhost.good.test:3128", 3128, false),
    ("/via/sdk/", "localhost", 3128, false),
    // A page of a browser has a name of its own.
    ("/sdk/agents", "evil.test", 3128, nil), ("/sdk/agents", "localhost.evil.test:3128", 3128, nil),
    ("/sdk/agents", "x.postern.internal", nil, nil), ("http://localhost:3128/sdk/me", "evil.test:3128", 3128, nil),
    ("http://postern.internal/sdk/me", "localhost", nil, nil), ("/sdkx", "localhost", 3128, nil),
    ("/SDK/agents", "localhost", 3128, nil), ("/%73dk/agents", "localhost", 3128, nil),
    ("//sdk/agents", "localhost", 3128, nil), ("/x/../sdk/agents", "localhost", 3128, nil),
    ("/sdk/../via/good/", "localhost", 3128, nil), ("http://a@postern.internal/sdk/me", "postern.internal", nil, nil),
]

private func read(
    _ text: String,
    port: UInt16?,
    inside intercepted: InterceptedHost? = nil
) throws(ProxyError) -> IngressRequest {
    try IngressRequest(
        try RequestHead.read(text),
        from: Peer(origin: .process(userID: 1000, processID: 1)),
        inside: intercepted,
        ownPort: port
    )
}

private func isOwn(_ request: IngressRequest) -> Bool { if case .own = request.target { true } else { false } }

@Suite("Requests for Postern itself")
struct OwnTargetTests {
    @Test("what is for Postern's own API, and what is for somebody else", arguments: rows)
    func target(target: String, host: String, port: UInt16?, expected: Bool?) {
        let text = "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        do throws(ProxyError) { #expect(isOwn(try read(text, port: port)) == expected) } catch {
            #expect(expected == nil && ProblemDetails(error).code == "malformed_request", "\(error)")
        }
    }

    @Test("path and query of such a request are its own") func parts() throws {
        for target in ["/sdk/me?x=y", "http://postern.internal/sdk/me?x=y"] {
            let request = try read("GET \(target) HTTP/1.1\r\nHost: postern.internal\r\n\r\n", port: nil)
            #expect(request.head.text(request.path) == "/sdk/me")
            #expect(request.query.map(request.head.text) == "x=y" && request.providerName == nil)
        }
    }

    @Test(
        "inside of a connection that CONNECT opened there is no API",
        arguments: [
            ("postern.internal", 443), ("localhost", 3128), ("127.0.0.1", 3128), ("good.test", 443),
        ] as [(String, UInt16)]
    )
    func inside(host: String, port: UInt16) throws {
        let intercepted = InterceptedHost(
            host: Sample.host(host),
            port: port,
            key: nil,
            agent: "bot",
            identity: .proxyAuthorization
        )
        for target in ["/sdk/me", "https://\(host):\(port)/sdk/me"] {
            let text = "GET \(target) HTTP/1.1\r\nHost: \(host):\(port)\r\n\r\n"
            #expect(!isOwn(try read(text, port: 3128, inside: intercepted)))
        }
        let plain = "GET http://postern.internal/sdk/me HTTP/1.1\r\nHost: postern.internal\r\n\r\n"
        #expect(code { () throws(ProxyError) in _ = try read(plain, port: 3128, inside: intercepted) } != "accepted")
    }

    @Test("CONNECT to its name is a tunnel like any other") func connect() throws {
        #expect(!isOwn(try read("CONNECT postern.internal:80 HTTP/1.1\r\n\r\n", port: 3128)))
    }

    @Test("no rule lets a request for it through") func judged() throws {
        let refused = try Sample.contents().sent("GET /sdk/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(refused == "no_grant")
    }
}
