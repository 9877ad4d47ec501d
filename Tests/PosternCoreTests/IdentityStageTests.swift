import PosternCore
import PosternTestSupport
import Testing

private func basic(_ text: String) -> String { latin1Text(Base64.encode(latin1(text))) }

private let bot = Sample.botKey
private let eve = Sample.eveKey

/// `Proxy-Authorization` lines on a listener that is nobody's, and who it is.
private let proxyRows: [(String, String)] = [
    ("Proxy-Authorization: Basic \(basic("bot:\(bot)"))", "bot proxyAuthorization"),
    ("proxy_authorization: BASIC  \(basic("bot:\(bot)"))", "bot proxyAuthorization"),
    ("Proxy-Authorization: Basic \(basic("eve:\(bot)"))", "bot proxyAuthorization"),
    ("Proxy-Authorization: Basic \(basic(":\(bot)"))", "bot proxyAuthorization"),
    ("Proxy-Authorization: Basic \(basic("\(bot):"))", "bot proxyAuthorization"),
    ("Proxy-Authorization: Bearer \(eve)", "eve proxyAuthorization"),
    ("Proxy-Authorization: bearer   \(eve)", "eve proxyAuthorization"),
    ("X: y", "identity_required"),
    ("Proxy-Authorization:", "identity_required"),
    ("Proxy-Authorization: Basic", "identity_required"),
    ("Proxy-Authorization: Bearer", "identity_required"),
    ("Proxy-Authorization: \(bot)", "identity_required"),
    ("Proxy-Authorization: Token \(bot)", "identity_required"),
    ("Proxy-Authorization: Basic \(basic(bot))", "identity_required"),
    ("Proxy-Authorization: Basic bot:\(bot)", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("\(bot):x"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot:\(bot)x"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot:\(bot.dropLast())"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot:\(bot.uppercased())"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot: \(bot)"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot:\(bot)\u{0}"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot"))", "identity_required"),
    ("Proxy-Authorization: Basic \(basic(":"))", "identity_required"),
    ("Proxy-Authorization: Basic =", "identity_required"),
    ("Proxy-Authorization: Basic !!!!", "identity_required"),
    ("Proxy-Authorization: Basic \(basic("bot:\(bot)"))\u{e9}", "identity_required"),
    ("Proxy-Authorization: Bearer ' OR '1'='1", "identity_required"),
    ("Proxy-Authorization: Bearer \(String(repeating: "A", count: 16_000))", "identity_required"),
    ("Proxy-Authorization: Bearer \(bot)\r\nProxy-Authorization: Bearer \(eve)", "malformed_request"),
    ("Proxy-Authorization: Bearer \(bot)\r\nProxy-Authorization: Bearer \(bot)", "malformed_request"),
    ("Proxy-Authorization: Bearer \(bot)\r\nproxy_authorization: x", "malformed_request"),
    // Where a key stands for an upstream it proves nothing in the proxy form.
    ("Authorization: Bearer \(bot)", "identity_required"),
    ("X-Agent-Id: bot", "identity_required"),
]

/// Lines of a base-URL request on a listener that is nobody's.
private let urlRows: [(String, String, String)] = [
    ("/via/good/", "Authorization: Bearer \(bot)", "bot urlKey"),
    ("/via/good/", "Authorization: \(bot)", "bot urlKey"),
    ("/via/good/", "authorization: Token \(bot)", "bot urlKey"),
    ("/via/good/", "Authorization: Basic \(basic("x:\(bot)"))", "bot urlKey"),
    ("/via/good/", "x_api_key: \(bot)", "bot urlKey"),
    ("/via/good/", "X-Api-Key: placeholder\r\nAuthorization: Bearer \(eve)", "eve urlKey"),
    ("/via/good/", "X-Api-Key: \(bot)\r\nAuthorization: Bearer \(bot)", "bot urlKey"),
    ("/via/query/?key=\(bot)", "X: y", "bot urlKey"),
    ("/via/query/?a=b&K%65y=\(bot)", "X: y", "bot urlKey"),
    ("/via/good/", "X: y", "identity_required_401"),
    ("/via/good/", "Authorization: Bearer wrong", "identity_required_401"),
    ("/via/good/", "X-Unknown-Key: \(bot)", "identity_required_401"),
    ("/via/good/?key=\(bot)", "X: y", "identity_required_401"),
    ("/via/query/?kez=\(bot)", "X: y", "identity_required_401"),
    ("/via/none/?key=\(bot)", "X: y", "identity_required_401"),
    ("/via/good/", "Cookie: key=\(bot)", "identity_required_401"),
    ("/via/good/", "X-Api-Key: \(bot)\r\nAuthorization: Bearer \(eve)", "identity_conflict"),
    ("/via/query/?key=\(bot)&key=\(eve)", "X: y", "identity_conflict"),
    ("/via/query/?key=\(bot)", "Authorization: Bearer \(eve)", "identity_conflict"),
    ("/via/good/", "Proxy-Authorization: Bearer \(eve)\r\nAuthorization: Bearer \(bot)", "identity_conflict"),
    ("/via/good/", "Proxy-Authorization: Bearer \(bot)\r\nAuthorization: Bearer \(bot)", "bot proxyAuthorization"),
    ("/via/good/", "Proxy-Authorization: Bearer \(bot)\r\nAuthorization: Bearer placeholder", "bot proxyAuthorization"),
    ("/via/good/", "Proxy-Authorization: Bearer wrong\r\nAuthorization: Bearer \(bot)", "identity_required"),
]

/// Lines on a listener of bot's own.
private let listenerRows: [(String, String)] = [
    ("X: y", "bot socket"),
    ("Proxy-Authorization: Bearer \(bot)", "bot socket"),
    ("Proxy-Authorization: Bearer \(eve)", "identity_conflict"),
    ("Proxy-Authorization: Bearer wrong", "identity_conflict"),
    ("Proxy-Authorization: Basic \(basic("eve:\(eve)"))", "identity_conflict"),
    ("Proxy-Authorization: junk", "identity_required"),
    ("Proxy-Authorization: Bearer \(bot)\r\nProxy-Authorization: Bearer \(bot)", "malformed_request"),
]

private func identify(_ target: String, _ lines: String, listener: String? = nil) throws -> String {
    let contents = DirectoryContents(
        agents: [Sample.agent("bot", key: bot), Sample.agent("eve", key: eve)],
        providers: [
            Sample.provider(),
            Sample.provider("query", injection: [.query(name: "key", value: Sample.template("{secret}"))]),
        ]
    )
    let host = target.hasPrefix("/") ? "localhost" : "good.test"
    do {
        let request = try IngressRequest.read("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\(lines)\r\n\r\n")
        let identified = try IdentityStage().identify(
            request,
            listenerAgent: listener.map { ($0, .socket) },
            in: try Directory(contents),
            nowSeconds: 1_000
        )
        return "\(identified.agent.name) \(identified.source)"
    } catch let error as ProxyError {
        let problem = ProblemDetails(error)
        return problem.status == 401 ? "\(problem.code)_401" : problem.code
    }
}

@Suite("IdentityStage")
struct IdentityStageTests {
    @Test("Proxy-Authorization proves whose key it holds, and nothing else", arguments: proxyRows)
    func proxyAuthorization(lines: String, expected: String) throws {
        #expect(try identify("http://good.test/", lines) == expected)
    }

    @Test("a base URL takes the key where the provider's would stand", arguments: urlRows)
    func urlKeys(target: String, lines: String, expected: String) throws {
        #expect(try identify(target, lines) == expected)
    }

    @Test("on an agent's own listener another's key is refused, never added", arguments: listenerRows)
    func listener(lines: String, expected: String) throws {
        #expect(try identify("http://good.test/", lines, listener: "bot") == expected)
    }

    @Test(
        "the same holds for keys in a base URL on such a listener",
        arguments: [
            ("Authorization: Bearer \(bot)", "bot socket"), ("Authorization: Bearer placeholder", "bot socket"),
            ("Authorization: Bearer \(eve)", "identity_conflict"),
            ("X-Api-Key: \(eve)\r\nAuthorization: Bearer \(bot)", "identity_conflict"),
        ]
    )
    func listenerURL(lines: String, expected: String) throws {
        #expect(try identify("/via/good/", lines, listener: "bot") == expected)
    }

    @Test("a listener of an agent that is gone is nobody's") func goneAgent() throws {
        #expect(try identify("http://good.test/", "X: y", listener: "gone") == "identity_required")
        #expect(
            try identify("http://good.test/", "Proxy-Authorization: Bearer \(bot)", listener: "gone")
                == "identity_required"
        )
    }
}
