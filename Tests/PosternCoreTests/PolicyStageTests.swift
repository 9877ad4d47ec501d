import PosternCore
import PosternTestSupport
import Testing

/// Two agents, two providers, one wildcard and one plain host: what each may reach.
private let world = DirectoryContents(
    agents: [Sample.agent("bot"), Sample.agent("eve"), Sample.agent("idle")],
    providers: [
        Sample.provider(), Sample.provider("wide", hosts: ["*.wide.test", "api.wide.test:8443"]),
        Sample.provider("clear", hosts: ["clear.test:8080"], scheme: .http),
    ],
    credentials: [
        Sample.credential(), Sample.credential("wide-key", provider: "wide"),
        Sample.credential("clear-key", provider: "clear"),
    ],
    grants: [
        Sample.grant(), Sample.grant("eve/wide-key", agent: "eve", credential: "wide-key"),
        Sample.grant("eve/clear-key", agent: "eve", credential: "clear-key"),
        Sample.grant("bot/narrow", credential: "wide-key", hosts: ["a.wide.test"]),
    ],
    egress: [Sample.egress(), Sample.egress("eve/http", agent: "eve", hosts: ["old.test"], scheme: .http)]
)

private let matrix: [(String, String, String)] = [
    ("bot", "http://good.test/", "bot/good-key https://good.test:443"),
    ("bot", "http://good.test:80/", "bot/good-key https://good.test:443"),
    ("bot", "http://good.test:443/", "bot/good-key https://good.test:443"),
    ("bot", "https://good.test/", "bot/good-key https://good.test:443"),
    ("bot", "https://GOOD.test.:443/", "bot/good-key https://good.test:443"),
    ("bot", "http://a.wide.test/", "bot/narrow https://a.wide.test:443"),
    ("bot", "http://plain.test/", "bot/egress https://plain.test:443"),
    ("eve", "http://x.wide.test/", "eve/wide-key https://x.wide.test:443"),
    ("eve", "http://x.y.wide.test/", "eve/wide-key https://x.y.wide.test:443"),
    ("eve", "http://api.wide.test:8443/", "eve/wide-key https://api.wide.test:8443"),
    ("eve", "http://clear.test:8080/", "eve/clear-key http://clear.test:8080"),
    ("eve", "http://clear.test/", "eve/clear-key http://clear.test:8080"),
    ("eve", "http://old.test/", "eve/http http://old.test:80"),
    ("bot", "/via/good/", "bot/good-key https://good.test:443"),
    ("eve", "/via/wide/", "eve/wide-key https://api.wide.test:8443"),
    // Another agent's, another port, another scheme, another host.
    ("eve", "http://good.test/", "no_grant"), ("idle", "http://good.test/", "no_grant"),
    ("idle", "http://plain.test/", "no_grant"),
    ("eve", "http://plain.test/", "no_grant"), ("bot", "http://old.test/", "no_grant"),
    ("bot", "http://x.wide.test/", "no_grant"),
    ("bot", "http://b.a.wide.test/", "no_grant"), ("eve", "http://wide.test/", "no_grant"),
    ("eve", "http://evilwide.test/", "no_grant"),
    ("eve", "http://x.wide.test.evil.test/", "no_grant"), ("bot", "http://x.good.test/", "no_grant"),
    ("bot", "http://good.test.evil.test/", "no_grant"), ("bot", "http://good.test:8080/", "no_grant"),
    ("bot", "https://good.test:80/", "no_grant"), ("bot", "http://good.test:444/", "no_grant"),
    ("eve", "http://x.wide.test:8443/", "no_grant"), ("eve", "https://clear.test:8080/", "no_grant"),
    ("eve", "https://old.test/", "no_grant"), ("eve", "http://clear.test:443/", "no_grant"),
    ("bot", "http://127.0.0.1/", "no_grant"),
    ("bot", "http://[::1]/", "no_grant"), ("bot", "http://evil.test/", "no_grant"),
    ("bot", "http://localhost/", "no_grant"),
    ("eve", "/via/good/", "unknown_provider"), ("bot", "/via/none/", "unknown_provider"),
    ("idle", "/via/good/", "unknown_provider"),
    ("bot", "/via/GOOD/", "unknown_provider"),
]

private func evaluate(
    _ contents: DirectoryContents,
    _ agent: String,
    _ target: String,
    method: String = "GET",
    lines: String = "",
    nowSeconds: Int64 = 1_000
) throws -> String {
    let authority = target.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
    let host = target.hasPrefix("/") ? "localhost" : authority
    let text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\(lines)\r\n"
    do {
        let ingress = try IngressRequest.read(text)
        let identified = try IdentityStage().identify(
            ingress,
            listenerAgent: (agent, .socket),
            in: try Directory(contents),
            nowSeconds: nowSeconds
        )
        let allowed = try PolicyStage().evaluate(identified, nowSeconds: nowSeconds)
        return "\(allowed.rule.id) \(allowed.destination)"
    } catch let error as ProxyError { return ProblemDetails(error).code }
}

private func outcome(
    _ constraints: RequestConstraints,
    _ target: String,
    method: String = "GET",
    lines: String = "",
    provider: Provider = Sample.provider()
) throws -> String {
    let contents = Sample.contents(provider: provider, grants: [Sample.grant("g", constraints: constraints)])
    let result = try evaluate(contents, "bot", "http://good.test" + target, method: method, lines: lines)
    return result.hasPrefix("g ") ? "allowed" : result
}

private let paths: [([String], String, String)] = [
    (["/v1/**"], "/v1/a", "allowed"), (["/v1/**"], "/v1/a?x=/v2", "allowed"), (["/a", "/b"], "/b", "allowed"),
    (["/v1/**"], "/v2/a", "policy_denied"), (["/v1/**"], "/v1x", "policy_denied"),
    (["/v1/**"], "/V1/a", "policy_denied"),
    (["/v1/**"], "/%76%31/a", "policy_denied"), (["/v1/**"], "/admin?/v1/", "policy_denied"),
    ([], "/v1/a", "policy_denied"),
    ([], "/", "policy_denied"),
    (["/v1/**"], "/v1//a", "ambiguous_path"), (["/v1/**"], "//v1/a", "ambiguous_path"),
    (["/v1/**"], "/v1/a;b", "ambiguous_path"),
    (["/v1/**"], "/v1/a%2fb", "ambiguous_path"), (["/v1/**"], "/v1/%252e%252e/x", "ambiguous_path"),
    (["/v1/**"], "/v1/%25%32%65%25%32%65/admin", "ambiguous_path"),
    (["/v1/**"], "/v1/%c0%ae%c0%ae/x", "ambiguous_path"),
    (["/v1/**"], "/v1/../admin", "malformed_request"), (["/v1/**"], "/v1/%2e%2e/admin", "malformed_request"),
    (["/v1/**"], "/v1/..%2fadmin", "malformed_request"), (["/v1/**"], "/v1/..;/admin", "malformed_request"),
    (["/v1/**"], "/v1/..\\admin", "malformed_request"), (["/v1/**"], "/v1/a#/../admin", "malformed_request"),
    (["/**"], "/a;b", "ambiguous_path"), (["/**"], "//", "ambiguous_path"),
]

private let queries: [([String]?, String, String)] = [
    (nil, "/?anything=1&else", "allowed"), (["a", "b"], "/", "allowed"), (["a", "b"], "/?", "allowed"),
    (["a"], "/?a=1&a=2", "allowed"),
    (["a"], "/?%61=1", "allowed"), (["a"], "/?&&a=1&&", "allowed"), ([], "/", "allowed"), ([], "/?", "allowed"),
    ([], "/?a", "policy_denied"), (["a"], "/?b", "policy_denied"), (["a"], "/?a=1&b=2", "policy_denied"),
    (["a"], "/?A=1", "policy_denied"),
    (["a"], "/?=1", "policy_denied"), (["a"], "/?a%00=1", "policy_denied"), (["a"], "/?a=1;b=2", "policy_denied"),
    (["a"], "/?a;b", "policy_denied"), (["a"], "/?a+=1", "policy_denied"), (["a"], "/?a[]=1", "policy_denied"),
    (["a"], "/?%2561=1", "policy_denied"),
]

@Suite("PolicyStage")
struct PolicyStageTests {
    @Test("agent by agent, host by host: one rule or a refusal", arguments: matrix)
    func reaches(agent: String, target: String, expected: String) throws {
        #expect(try evaluate(world, agent, target) == expected)
    }

    @Test("an agent without any rule reaches nothing") func defaultDeny() throws {
        let contents = DirectoryContents(agents: [Sample.agent("bot")], providers: [Sample.provider()])
        #expect(try evaluate(contents, "bot", "http://good.test/") == "no_grant")
        #expect(try evaluate(contents, "bot", "/via/good/") == "unknown_provider")
    }

    @Test(
        "an empty list is none",
        arguments: [
            RequestConstraints(methods: []), RequestConstraints(paths: []), RequestConstraints(queryKeys: []),
        ]
    )
    func emptyLists(constraints: RequestConstraints) throws {
        #expect(try outcome(constraints, "/?a=1") == "policy_denied")
    }

    @Test("a grant for no host covers none") func noHosts() throws {
        let contents = Sample.contents(grants: [Sample.grant(hosts: [])])
        #expect(try evaluate(contents, "bot", "http://good.test/") == "no_grant")
        #expect(try evaluate(contents, "bot", "/via/good/") == "unknown_provider")
    }

    @Test(
        "methods",
        arguments: [
            ("GET", "allowed"), ("POST", "allowed"), ("HEAD", "policy_denied"), ("PUT", "policy_denied"),
            ("PATCH", "policy_denied"),
            ("DELETE", "policy_denied"), ("OPTIONS", "policy_denied"),
        ]
    )
    func methods(method: String, expected: String) throws {
        #expect(try outcome(RequestConstraints(methods: [.get, .post]), "/", method: method) == expected)
    }

    @Test("paths are compared as they are sent, and only where nothing about them is ambiguous", arguments: paths)
    func path(patterns: [String], target: String, expected: String) throws {
        #expect(try outcome(RequestConstraints(paths: Sample.paths(patterns)), target) == expected)
    }

    @Test(
        "an encoded slash is let through where it was asked for, and no other ambiguity",
        arguments: [
            ("/v1/a%2Fb", "allowed"), ("/v1/a%2fb%252f", "ambiguous_path"), ("/v1//a%2fb", "ambiguous_path"),
            ("/v1/a%2f..%2fb", "malformed_request"), ("/v2/a%2Fb", "policy_denied"), ("/v1%2fa", "policy_denied"),
        ]
    )
    func encodedSlash(target: String, expected: String) throws {
        let constraints = RequestConstraints(paths: Sample.paths(["/v1/*"]), allowsEncodedSlash: true)
        #expect(try outcome(constraints, target) == expected)
    }

    @Test("without path rules an ambiguous path is the upstream's affair") func unconstrainedPath() throws {
        #expect(try outcome(RequestConstraints(), "/a//b;c%2fd%252e") == "allowed")
    }

    @Test("query parameters", arguments: queries)
    func query(keys: [String]?, target: String, expected: String) throws {
        #expect(try outcome(RequestConstraints(queryKeys: keys), target) == expected)
    }

    @Test("the client's own value for the credential's parameter is removed, so it need not be allowed")
    func querySlot() throws {
        let provider = Sample.provider(injection: [.query(name: "key", value: Sample.template("{secret}"))])
        let constraints = RequestConstraints(queryKeys: ["a"])
        #expect(try outcome(constraints, "/?a=1&K%45y=2", provider: provider) == "allowed")
        #expect(try outcome(constraints, "/?a=1&keys=2", provider: provider) == "policy_denied")
    }

    @Test(
        "a body that says it is too large is refused",
        arguments: [
            ("Content-Length: 10\r\n", "allowed"), ("Content-Length: 11\r\n", "body_too_large"), ("", "allowed"),
            ("Content-Length: 999999999999999999\r\n", "body_too_large"), ("Transfer-Encoding: chunked\r\n", "allowed"),
        ]
    )
    func bodySize(lines: String, expected: String) throws {
        #expect(try outcome(RequestConstraints(maxBodyBytes: 10), "/", method: "POST", lines: lines) == expected)
    }

    @Test(
        "a grant ends at its second",
        arguments: [(999, "g https://good.test:443"), (1_000, "grant_expired"), (1_001, "grant_expired")]
    )
    func expiry(now: Int64, expected: String) throws {
        let contents = Sample.contents(grants: [Sample.grant("g", expiresAt: 1_000)])
        #expect(try evaluate(contents, "bot", "http://good.test/", nowSeconds: now) == expected)
        #expect(try evaluate(contents, "bot", "/via/good/", nowSeconds: now) == expected)
    }

    @Test(
        "two grants that cover a request are ambiguous until one is named",
        arguments: [
            ("", "/", "ambiguous_grant"), ("Postern-Grant: one\r\n", "/", "one"),
            ("postern_grant: two\r\n", "/", "two"),
            ("Postern-Grant: three\r\n", "/", "no_grant"), ("Postern-Grant: ONE\r\n", "/", "no_grant"),
            ("Postern-Grant:\r\n", "/", "no_grant"),
            ("Postern-Grant: eve/one\r\n", "/", "no_grant"), ("Postern-Grant: one, two\r\n", "/", "no_grant"),
            ("Postern-Grant: one\r\nPostern-Grant: one\r\n", "/", "malformed_request"), ("", "/only-one", "one"),
            ("Postern-Grant: two\r\n", "/only-one", "policy_denied"),
        ]
    )
    func ambiguity(lines: String, path: String, expected: String) throws {
        let contents = Sample.contents(grants: [
            Sample.grant("one"), Sample.grant("two", constraints: RequestConstraints(paths: Sample.paths(["/"]))),
            Sample.grant("eve/one", agent: "eve"),
        ])
        let result = try evaluate(contents, "bot", "http://good.test\(path)", lines: lines)
        #expect(result == expected || result == "\(expected) https://good.test:443")
    }

    @Test("another agent's grant is answered like one that does not exist") func foreignGrant() throws {
        let contents = Sample.contents(grants: [Sample.grant(), Sample.grant("eve/g", agent: "eve")])
        let foreign = try evaluate(contents, "bot", "http://good.test/", lines: "Postern-Grant: eve/g\r\n")
        let missing = try evaluate(contents, "bot", "http://good.test/", lines: "Postern-Grant: nobody/g\r\n")
        #expect(foreign == missing)
    }

    @Test("a grant comes before an egress rule for the same host") func grantFirst() throws {
        let contents = Sample.contents(egress: [Sample.egress("plain", hosts: ["good.test", "*.good.test"])])
        #expect(try evaluate(contents, "bot", "http://good.test/") == "bot/good-key https://good.test:443")
        #expect(try evaluate(contents, "bot", "http://x.good.test/") == "plain https://x.good.test:443")
    }

    @Test(
        "a path with a secret in it must have that shape, and rules see what follows",
        arguments: [
            ("/bot0/getMe", "allowed"), ("/botx:y/getMe", "allowed"), ("/bot/getMe", "policy_denied"),
            ("/bot0", "policy_denied"),
            ("/getMe", "policy_denied"), ("/xbot0/getMe", "policy_denied"), ("/bot0/sendAll", "policy_denied"),
            ("/bot0//getMe", "ambiguous_path"),
            ("/bot0%2fx/getMe", "ambiguous_path"), ("/bot0;a/getMe", "ambiguous_path"),
            ("/bot0/getMe/../sendAll", "malformed_request"),
            // What stands for the secret is replaced whole, so anything that is one segment will do.
            ("/bot../getMe", "allowed"), ("/bot%2e%2e/getMe", "allowed"),
        ]
    )
    func pathSlot(target: String, expected: String) throws {
        let provider = Sample.provider(injection: [.path(Sample.template("/bot{secret}/"))])
        let contents = Sample.contents(
            provider: provider,
            credential: Sample.credential(secrets: ["secret": "123456:abcdef"]),
            grants: [Sample.grant("g", constraints: RequestConstraints(paths: Sample.paths(["/getMe"])))]
        )
        let result = try evaluate(contents, "bot", "http://good.test\(target)")
        #expect(result == expected || expected == "allowed" && result == "g https://good.test:443")
    }
}
