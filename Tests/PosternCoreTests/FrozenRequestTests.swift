import PosternCore
import PosternTestSupport
import Testing

private let query = InjectionTemplate.query(name: "key", value: Sample.template("{secret}"))
private let path = InjectionTemplate.path(Sample.template("/bot{secret}/"))
private let header = InjectionTemplate.header(name: "X-Key", value: Sample.template("{secret}"))

/// Where the credential goes, the target of a request, and the URL that is shown.
private let urls: [(InjectionTemplate, String, String)] = [
    (header, "http://good.test/v1/a%20b?x=%41&y", "https://good.test/v1/a%20b?x=%41&y"),
    (header, "http://good.test/v1?", "https://good.test/v1?"), (header, "http://good.test/", "https://good.test/"),
    (header, "/via/good/v1?key=x", "https://good.test/v1?key=x"),
    (query, "http://good.test/v1", "https://good.test/v1"),
    (query, "http://good.test/v1?a=1", "https://good.test/v1?a=1"),
    (query, "http://good.test/v1?key=\(Sample.botKey)", "https://good.test/v1"),
    (query, "/via/good/v1?a=1&key=\(Sample.botKey)&b", "https://good.test/v1?a=1&b"),
    (query, "/via/good/v1?a=1&K%65y=\(Sample.botKey)", "https://good.test/v1?a=1"),
    (path, "http://good.test/bot\(Sample.botKey)/send?a=1", "https://good.test/botsecret/send?a=1"),
    (path, "/via/good/bot\(Sample.botKey)/send", "https://good.test/botsecret/send"),
]

private func frozen(
    _ template: InjectionTemplate,
    _ target: String,
    _ lines: String = "X: y",
    agent: String? = "bot"
) throws -> FrozenRequest {
    let host = target.hasPrefix("/") ? "localhost" : "good.test"
    let contents = Sample.contents(
        provider: Sample.provider(injection: [template]),
        credential: Sample.credential(secrets: ["secret": "s3cr3t-0123456789"]),
        egress: [Sample.egress(hosts: ["plain.test"])]
    )
    let text = "POST \(target) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 2\r\n\(lines)\r\n\r\n"
    var attribution = CallAttribution()
    attribution.reason = "because"
    let frozen = try contents.authorize(text, agent: agent).frozen(
        body: [1, 2],
        attribution: attribution,
        rule: RequestRule(type: "json_match", body: "{}")
    )
    guard let frozen else { throw NotText() }
    return frozen
}

/// Nobody could be shown every byte of it.
private struct NotText: Error {}

@Suite("FrozenRequest")
struct FrozenRequestTests {
    @Test("the URL is what is sent, without what stands in the credential's place", arguments: urls)
    func url(template: InjectionTemplate, target: String, expected: String) throws {
        let request = try frozen(template, target)
        #expect(request.url == expected)
        #expect(!"\(request)".contains(Sample.botKey) && !"\(request)".contains("s3cr3t"))
    }

    @Test(
        "a client's keys, what is for Postern, and what differs each time are not shown",
        arguments: [
            "X-Key: \(Sample.botKey)", "x_key: a", "Authorization: Bearer \(Sample.botKey)", "Cookie: a=b",
            "X-Api-Key: a",
            "Proxy-Authorization: Bearer \(Sample.botKey)", "Connection: X-Private\r\nX-Private: a", "Postern-Run: a",
            "Postern-Grant: bot/good-key", "X-Alter-Context: {}", "TE: trailers", "Accept-Encoding: gzip",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ]
    )
    func fields(lines: String) throws {
        let request = try frozen(header, "http://good.test/v1", "X-One: 1\r\n\(lines)\r\nX-Two: 2")
        #expect(request.fields.map(\.name) == ["X-One", "X-Two"])
        #expect(request.fields.first?.value == "1")
    }

    @Test("what is no text cannot be shown, so nobody is asked") func noText() throws {
        #expect(try frozen(header, "http://good.test/", "X: \u{c3}\u{a9}").fields.first?.value == "\u{e9}")
        #expect(throws: NotText.self) { try frozen(header, "http://good.test/", "X: \u{e9}") }
    }

    @Test("it says whose it is, by which grant, and all that goes with it") func whole() throws {
        let request = try frozen(header, "http://good.test/v1", "User-Agent: curl\r\nContent-Type: text/plain")
        #expect(request.principal == .agent("bot") && request.grant == "bot/good-key" && request.method == .post)
        #expect(
            request.fields == [
                FrozenField(name: "User-Agent", value: "curl"), FrozenField(name: "Content-Type", value: "text/plain"),
            ]
        )
        #expect(request.body == [1, 2] && request.attribution.reason == "because")
        #expect(request.rule == RequestRule(type: "json_match", body: "{}"))
    }

    @Test("the same request is frozen the same, whoever traces it") func same() throws {
        let first = try frozen(query, "http://good.test/v1?a=1&key=one", "traceparent: a\r\nCookie: a=1")
        let second = try frozen(query, "http://good.test/v1?key=two&a=1", "traceparent: b\r\nCookie: b=2")
        #expect(first.url == second.url && first.fields == second.fields)
    }
}
