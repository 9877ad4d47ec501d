import PosternCore
import PosternTestSupport
import Testing

/// A target, a Host (or none, in HTTP/1.0), and what becomes of the request.
private let rows: [(String, String?, String)] = [
    ("http://good.test/", "good.test", "accepted"), ("http://good.test/", "GOOD.test.", "accepted"),
    ("http://good.test/", "good.test:80", "accepted"), ("http://good.test:80/", "good.test", "accepted"),
    ("https://good.test/", "good.test:443", "accepted"), ("http://good.test:8080/", "good.test:8080", "accepted"),
    ("http://good.test/", nil, "accepted"), ("http://[::1]/", "[0::1]", "accepted"),
    ("http://good.test/", "evil.test", "malformed_request"), ("http://evil.test/", "good.test", "malformed_request"),
    ("http://good.test/", "good.test:8080", "malformed_request"),
    ("http://good.test:8080/", "good.test", "malformed_request"),
    ("https://good.test/", "good.test:80", "malformed_request"),
    ("http://good.test/", "good.test:443", "malformed_request"),
    ("http://good.test/", "x.good.test", "malformed_request"), ("http://good.test/", "", "malformed_request"),
    ("http://good.test/", "good.test, evil.test", "malformed_request"),
    ("http://good.test/", "good.test evil.test", "malformed_request"),
    ("http://good.test/", "user@good.test", "malformed_request"),
    ("http://good.test/", "good.test/x?@b#", "malformed_request"),
    ("http://good.test/", "good.test#", "malformed_request"),
    ("http://good.test/", "http://good.test", "malformed_request"),
    ("http://good.test/", "good%2etest", "malformed_request"), ("http://good.test/", "good.test:", "malformed_request"),
    ("http://good.test/", "good.test:0", "malformed_request"),
    ("http://good.test/", "good.test:080000", "malformed_request"),
    ("http://good.test/", "g\u{f6}od.test", "malformed_request"), ("http://good.test/", "*", "malformed_request"),
    // A path alone never names an upstream, whatever Host says.
    ("/", "good.test", "malformed_request"), ("/v1/ok", "good.test", "malformed_request"),
    ("/v1/ok", "localhost", "malformed_request"),
    ("//good.test/", "localhost", "malformed_request"), ("/via", "localhost", "malformed_request"),
    ("/VIA/good/", "localhost", "malformed_request"),
    ("/%76ia/good/", "localhost", "malformed_request"), ("//via/good/", "localhost", "malformed_request"),
    // Base URLs: Host must be ours.
    ("/via/good/", "localhost", "accepted"), ("/via/good/v1", "LOCALHOST:3128", "accepted"),
    ("/via/good/", "127.0.0.1:3128", "accepted"),
    ("/via/good/", "127.9.9.9", "accepted"), ("/via/good/", "[::1]:3128", "accepted"),
    ("/via/good/", "postern", "accepted"),
    ("/via/good/", "postern.internal", "accepted"), ("/via/good/", nil, "accepted"),
    ("/via/good/", "good.test", "malformed_request"), ("/via/good/", "evil.test", "malformed_request"),
    ("/via/good/", "localhost.evil.test", "malformed_request"), ("/via/good/", "xlocalhost", "malformed_request"),
    ("/via/good/", "10.0.0.1", "accepted"), ("/via/good/", "127.1", "malformed_request"),
    ("/via/good/", "[::2]", "accepted"), ("/via/good/", "localhost:x", "malformed_request"),
    ("/via/good/", "", "malformed_request"),
    ("/via/good", "localhost", "unknown_provider"), ("/via/", "localhost", "unknown_provider"),
    ("/via//", "localhost", "unknown_provider"),
    ("/via//x/", "localhost", "unknown_provider"), ("/via/a%62/", "localhost", "unknown_provider"),
    ("/via/a;b/", "localhost", "unknown_provider"),
    ("/via/a:b/", "localhost", "unknown_provider"), ("/via/good/../evil/", "localhost", "malformed_request"),
    ("/via/good%2f..%2fevil/", "localhost", "malformed_request"),
    ("/via/../via/good/", "localhost", "malformed_request"),
]

private let methods: [(String, String)] = [
    ("GET", "accepted"), ("HEAD", "accepted"), ("POST", "accepted"), ("PUT", "accepted"), ("PATCH", "accepted"),
    ("DELETE", "accepted"), ("OPTIONS", "accepted"), ("CONNECT", "malformed_request"),
    ("TRACE", "method_not_supported"),
    ("PROPFIND", "method_not_supported"), ("get", "method_not_supported"),
]

private let tunnels = [
    "good.test", "good.test:0", "good.test:65536", "user@good.test:443", "http://good.test:443/", "/x",
    "2130706433:80", "*", "good.test:443/x",
]

/// What a client that knows of no proxy sends to port 80, with the URL that it means, or the code of the refusal.
private let unaware: [(String, String?, String)] = [
    ("/", "good.test", "http://good.test/"), ("/v1?x=y", "GOOD.test:80", "http://good.test/v1"),
    ("/via/good/v1", "good.test", "http://good.test/via/good/v1"), ("/", "127.0.0.1", "http://127.0.0.1/"),
    ("/", "localhost", "http://localhost/"), ("/", "[::1]", "http://[::1]/"),
    ("/sdk/x", "good.test", "http://good.test/sdk/x"), ("/sdk/x", "postern.internal", "own"),
    ("/sdk/x", "localhost", "http://localhost/sdk/x"), ("http://good.test/a", "good.test", "http://good.test/a"),
    ("/", "good.test:8080", "malformed_request"), ("/", "good.test:443", "malformed_request"),
    ("/", nil, "malformed_request"), ("/", "", "malformed_request"), ("/", "*", "malformed_request"),
    ("/", "good.test, evil.test", "malformed_request"), ("/", "user@good.test", "malformed_request"),
    ("/", "good.test#", "malformed_request"), ("/", "good.test/x", "malformed_request"),
    ("/../x", "good.test", "malformed_request"), ("http://evil.test/", "good.test", "malformed_request"),
]

@Suite("IngressRequest")
struct IngressRequestTests {
    @Test("the target names the upstream, and Host must agree with it", arguments: rows)
    func hosts(target: String, host: String?, expected: String) {
        let text = host.map { "GET \(target) HTTP/1.1\r\nHost: \($0)\r\n\r\n" } ?? "GET \(target) HTTP/1.0\r\n\r\n"
        #expect(code { () throws(ProxyError) in _ = try IngressRequest.read(text) } == expected)
    }

    @Test("of a client that knows of no proxy, Host alone names the upstream", arguments: unaware)
    func unawareHosts(target: String, host: String?, expected: String) {
        let text = host.map { "GET \(target) HTTP/1.1\r\nHost: \($0)\r\n\r\n" } ?? "GET \(target) HTTP/1.0\r\n\r\n"
        var found = ""
        let code = code { () throws(ProxyError) in
            let peer = Peer(origin: .process(userID: 1000, processID: 1))
            let request = try IngressRequest(try RequestHead.read(text), from: peer, isUnaware: true)
            switch request.target {
            case .destination(let scheme, let host, _):
                found = "\(scheme)://\(host.text)\(request.head.text(request.path))"
            case .own: found = "own"
            case .provider, .tunnel: found = "\(request.target)"
            }
        }
        #expect((code == "accepted" ? found : code) == expected)
    }

    @Test("methods that are carried out", arguments: methods)
    func method(name: String, expected: String) {
        let text = "\(name) http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n"
        #expect(code { () throws(ProxyError) in _ = try IngressRequest.read(text) } == expected)
    }

    @Test(
        "CONNECT names one host and one port",
        arguments: [
            ("good.test:443", "good.test", 443), ("[::1]:22", "[::1]", 22), ("GOOD.test:8443", "good.test", 8443),
        ]
    )
    func connectAuthority(target: String, host: String, port: UInt16) throws {
        let ingress = try IngressRequest.read("CONNECT \(target) HTTP/1.1\r\n\r\n")
        guard case .tunnel(let found, let foundPort) = ingress.target else {
            Issue.record("not a tunnel: \(ingress.target)")
            return
        }
        #expect(found == HostName(Array(host.utf8)) && foundPort == port)
    }

    @Test("CONNECT to anything else is refused", arguments: tunnels)
    func connect(target: String) {
        let text = "CONNECT \(target) HTTP/1.1\r\nHost: good.test\r\n\r\n"
        #expect(code { () throws(ProxyError) in _ = try IngressRequest.read(text) } == "malformed_request")
    }

    @Test(
        "of a base URL the upstream gets what follows the provider",
        arguments: [
            ("/via/good/", "good", "/"), ("/via/good/v1/x?y=/via/z", "good", "/v1/x"), ("/via/good//x", "good", "//x"),
            ("/via/good/http://evil.test/", "good", "/http://evil.test/"), ("/via/GOOD/a", "GOOD", "/a"),
            ("/via/a.b_c-1/", "a.b_c-1", "/"),
        ]
    )
    func baseURL(target: String, provider: String, path: String) throws {
        let request = try IngressRequest.read("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        guard case .provider(let name) = request.target else {
            Issue.record("not a base URL")
            return
        }
        #expect(name == provider && request.head.text(request.path) == path)
    }

    @Test("wrong keys are counted under the address or the user") func peers() throws {
        let address = try #require(IPAddress("10.0.0.1"))
        #expect(Peer(origin: .address(address, port: 1)).source == Peer(origin: .address(address, port: 2)).source)
        #expect(
            Peer(origin: .process(userID: 1, processID: 2)).source
                == Peer(origin: .process(userID: 1, processID: 3)).source
        )
        #expect(
            Peer(origin: .process(userID: 1, processID: 2)).source
                != Peer(origin: .process(userID: 2, processID: 2)).source
        )
    }
}
