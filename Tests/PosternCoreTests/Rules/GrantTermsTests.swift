import PosternCore
import PosternTestSupport
import Testing

@Suite("Terms of a child grant")
struct GrantTermsTests {
    private func terms(
        methods: [Method]? = nil,
        paths: [String]? = nil,
        query: [String]? = nil,
        maxBody: Int? = nil,
        body: [BodyCondition]? = nil,
        mcp: MCPRules? = nil
    ) -> GrantTerms {
        GrantTerms(
            constraints: RequestConstraints(
                methods: methods,
                paths: paths.map(Sample.paths),
                queryKeys: query,
                maxBodyBytes: maxBody,
                body: body.map { BodyRules(conditions: $0) },
                mcp: mcp
            )
        )
    }

    private func wider(_ child: GrantTerms, _ parent: GrantTerms) -> String? {
        child.isNarrower(than: parent).map { String($0.prefix { $0 != ":" }) }
    }

    @Test("are narrower than none, and than themselves")
    func isReflexive() {
        let full = terms(
            methods: [.get],
            paths: ["/v1/**"],
            query: ["a"],
            maxBody: 5,
            mcp: MCPRules(tools: [MCPTool(name: "a")])
        )
        #expect(
            wider(full, GrantTerms()) == nil && wider(full, full) == nil && wider(GrantTerms(), GrantTerms()) == nil
        )
        for member in ["methods", "paths", "query_keys", "max_body_bytes", "mcp_tools"] {
            let parent =
                switch member {
                case "methods": terms(methods: [.get])
                case "paths": terms(paths: ["/v1/**"])
                case "query_keys": terms(query: [])
                case "max_body_bytes": terms(maxBody: 5)
                default: terms(mcp: MCPRules(tools: []))
                }
            #expect(wider(GrantTerms(), parent) == member)
        }
    }

    @Test(
        "have paths that the parent's cover",
        arguments: [
            ("/**", "/v1/x", true), ("/v1/**", "/v1", true), ("/v1/**", "/v1/*/x", true), ("/v1/**", "/v1/**", true),
            ("/v1/*", "/v1/x", true), ("/*/x", "/*/x", true), ("/**/x", "/a/**/x", true),
            ("/a/**/b/**", "/a/b/c", true),
            ("/**/**", "/**", true), ("/a/*/**", "/a/b", true), ("/a/**/*", "/a/*/**", false),
            ("/v1/*", "/v1/**", false), ("/v1/*", "/v1", false), ("/v1/*", "/v1/", false), ("/v1/x", "/v1/*", false),
            ("/v1/**", "/v2/x", false), ("/v1/**", "/**", false), ("/*", "/a/b", false), ("/a", "/A", false),
            ("/a/*/**", "/a/**", false), ("/**/x", "/x/**", false), ("/", "/a", false), ("/a/", "/a", false),
        ]
    )
    func comparesPaths(parent: String, child: String, isCovered: Bool) {
        #expect((wider(terms(paths: [child]), terms(paths: ["/other", parent])) == nil) == isCovered)
    }

    @Test("that cover paths match every path that is matched below them")
    func coversTruly() {
        var generator = SplitMix64(seed: 5)
        let pieces = ["a", "b", "*", "**", ""]
        func pattern() -> String {
            "/" + (0..<1 + generator.below(4)).map { _ in generator.pick(pieces) }.joined(separator: "/")
        }
        for _ in 0..<3_000 {
            guard let parent = PathPattern(pattern()), let child = PathPattern(pattern()), parent.covers(child) else {
                continue
            }
            for _ in 0..<20 {
                let path =
                    "/"
                    + (0..<1 + generator.below(5)).map { _ in generator.pick(["a", "b", "c", ""]) }.joined(
                        separator: "/"
                    )
                let bytes = Array(path.utf8)[...]
                #expect(
                    !child.matches(bytes) || parent.matches(bytes),
                    "\(parent.text) does not cover \(child.text): \(path)"
                )
            }
        }
    }

    @Test("have hosts that the parent's cover, on the same port")
    func comparesHosts() {
        func hosts(_ texts: String...) -> GrantTerms { GrantTerms(hosts: Sample.hosts(texts)) }
        #expect(wider(hosts("a.example.com"), hosts("*.example.com")) == nil)
        #expect(wider(hosts("*.a.example.com"), hosts("*.example.com")) == nil)
        #expect(wider(hosts("a.example.com"), GrantTerms()) == nil)
        for (child, parent) in [
            (hosts("example.com"), hosts("*.example.com")), (hosts("a.example.com:81"), hosts("*.example.com")),
            (hosts("a.example.com", "b.test"), hosts("a.example.com")), (GrantTerms(), hosts("a.example.com")),
        ] {
            #expect(wider(child, parent) == "hosts")
        }
    }

    @Test("have limits that are no higher, and no WebSocket that the parent has not")
    func comparesLimits() {
        func limits(_ rate: Int?, _ concurrent: Int?) -> GrantTerms {
            GrantTerms(limits: Limits(requestsPerMinute: rate, concurrentRequests: concurrent))
        }
        #expect(wider(limits(5, 5), limits(5, 6)) == nil)
        #expect(wider(limits(6, 1), limits(5, 1)) == "requests_per_minute")
        #expect(wider(limits(nil, 1), limits(5, 1)) == "requests_per_minute")
        #expect(wider(limits(1, 2), limits(1, 1)) == "concurrent_requests")
        #expect(wider(GrantTerms(allowsWebSocket: true), GrantTerms()) == "websocket")
        #expect(wider(GrantTerms(), GrantTerms(allowsWebSocket: true)) == nil)
        #expect(wider(terms(maxBody: 6), terms(maxBody: 5)) == "max_body_bytes")
    }

    @Test("repeat the parent's hours")
    func comparesHours() {
        let window = HourWindow(text: "", days: 1, seconds: (0, 1), zone: .offset(0))
        let parent = GrantTerms(constraints: RequestConstraints(hours: [window]))
        #expect(wider(GrantTerms(), parent) == "hours")
        #expect(wider(GrantTerms(constraints: RequestConstraints(hours: [])), parent) == nil)
    }

    @Test("repeat the parent's conditions, or have stricter ones")
    func comparesConditions() throws {
        func limit(_ most: Int, isOptional: Bool = false) throws -> BodyCondition {
            try BodyRulesTests.condition("/n", .atMost(JSONNumber(most)), isOptional: isOptional)
        }
        func model(_ tests: BodyCondition.Test...) throws -> BodyCondition {
            BodyCondition(pointer: try #require(JSONPointer("/model")), tests: tests)
        }
        let pattern = BodyCondition.Test.matches(try TextPattern("a.*"))
        let rows: [(child: BodyCondition, parent: BodyCondition, isNarrower: Bool)] = [
            (try limit(5), try limit(5), true), (try limit(4), try limit(5), true), (try limit(6), try limit(5), false),
            (try limit(5), try limit(5, isOptional: true), true), (try limit(5, isOptional: true), try limit(5), false),
            (try model(pattern), try limit(5), false),
            (try model(BodyRulesTests.strings("a")), try model(BodyRulesTests.strings("a", "b")), true),
            (try model(BodyRulesTests.strings("a", "c")), try model(BodyRulesTests.strings("a", "b")), false),
            (try model(pattern), try model(BodyRulesTests.strings("a")), true),
            (try model(), try model(pattern), false),
            (try model(.isOneOf([.number(JSONNumber(3))])), try model(.atMost(JSONNumber(5))), true),
            (try model(.isOneOf([.number(JSONNumber(7))])), try model(.atMost(JSONNumber(5))), false),
            (try model(.atLeast(JSONNumber(1))), try model(.atMost(JSONNumber(5))), false),
        ]
        for row in rows {
            let reason = wider(terms(body: [row.child]), terms(body: [row.parent]))
            #expect((reason == nil) == row.isNarrower, "\(row)")
        }
        #expect(wider(GrantTerms(), terms(body: [try limit(5)])) == "body")
        #expect(wider(terms(body: [try limit(9), try limit(4)]), terms(body: [try limit(5)])) == nil)
    }

    @Test("allow tools and methods that the parent allows")
    func comparesMCP() throws {
        let condition = try BodyRulesTests.condition("/n", .atMost(JSONNumber(5)))
        let parent = MCPRules(
            tools: [MCPTool(name: "a"), MCPTool(name: "b", arguments: [condition])],
            methods: ["x", "y/*"]
        )
        let rows: [(MCPRules, String?)] = [
            (MCPRules(tools: []), nil),
            (MCPRules(tools: [MCPTool(name: "a", arguments: [condition])], methods: ["x", "y/z"]), nil),
            (MCPRules(tools: nil), "mcp_tools"), (MCPRules(tools: [MCPTool(name: "c")]), "mcp_tools"),
            (MCPRules(tools: [MCPTool(name: "b")]), "mcp_tools"), (MCPRules(tools: [], methods: ["z"]), "mcp_methods"),
            (MCPRules(tools: [], methods: ["x/*"]), "mcp_methods"), (MCPRules(tools: [], methods: ["y/*"]), nil),
        ]
        for (child, expected) in rows { #expect(wider(terms(mcp: child), terms(mcp: parent)) == expected) }
        #expect(wider(terms(mcp: parent), terms(mcp: MCPRules(tools: nil, methods: ["x", "y/*"]))) == nil)
    }
}
