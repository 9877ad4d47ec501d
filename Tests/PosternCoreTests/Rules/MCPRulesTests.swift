import PosternCore
import Testing

@Suite("MCP rules")
struct MCPRulesTests {
    private static let rules: MCPRules = {
        guard let path = JSONPointer("/path"), let pattern = try? TextPattern("/srv/[a-z]+") else { fatalError() }
        return MCPRules(
            tools: [
                MCPTool(name: "search"),
                MCPTool(name: "read", arguments: [BodyCondition(pointer: path, tests: [.matches(pattern)])]),
            ],
            methods: ["prompts/list", "resources/*"]
        )
    }()

    private func judge(
        _ body: String,
        rules: MCPRules = MCPRulesTests.rules,
        method: Method = .post,
        type: String? = "application/json"
    ) -> String {
        BodyRulesTests.outcome(
            rules.judge(
                method: method,
                contentType: type.map { Array($0.utf8)[...] },
                contentEncoding: nil,
                body: Array(body.utf8)
            )
        )
    }

    private func message(_ rest: String) -> String { #"{"jsonrpc":"2.0","id":1,"# + rest + "}" }

    private func call(_ parameters: String) -> String { message(#""method":"tools/call","params":"# + parameters) }

    @Test(
        "allow what a session needs, and the methods they name",
        arguments: [
            ("initialize", "holds"), ("ping", "holds"), ("notifications/initialized", "holds"),
            ("notifications/x", "holds"),
            ("logging/setLevel", "holds"), ("tools/list", "holds"), ("prompts/list", "holds"),
            ("resources/read", "holds"),
            ("resources/templates/list", "holds"),
            ("prompts/get", "fails"), ("resources", "fails"), ("Resources/read", "fails"), ("tools/List", "fails"),
            ("completion/complete", "fails"), ("", "fails"), ("notifications", "fails"), ("tools/call ", "fails"),
            ("TOOLS/CALL", "fails"), ("tasks/get", "fails"), ("rpc.discover", "fails"), ("tools\\/list", "holds"),
            ("tools/cal\\u006c", "unknown"), ("initialize\\u0000", "fails"),
        ]
    )
    func judgesMethods(method: String, expected: String) {
        #expect(judge(message(#""method":""# + method + #"""#)) == expected)
    }

    @Test(
        "allow the tools they name, with the arguments they ask for",
        arguments: [
            (#"{"name":"search"}"#, "holds"), (#"{"name":"search","arguments":{"q":"x"}}"#, "holds"),
            (#"{"name":"read","arguments":{"path":"/srv/a"}}"#, "holds"),
            (#"{"n\u0061me":"re\u0061d","arguments":{"path":"\/srv\/a","x":1}}"#, "holds"),
            (#"{"name":"delete"}"#, "fails"), (#"{"name":"Search"}"#, "fails"), (#"{"name":"search "}"#, "fails"),
            (#"{"name":"search\u0000"}"#, "fails"), (#"{"name":"read","arguments":{"path":"/etc/passwd"}}"#, "fails"),
            (#"{"name":"read","arguments":{"path":"/srv/a/../b"}}"#, "fails"),
            (#"{"name":"read","arguments":{"path":"/srv/a\n/etc"}}"#, "fails"),
            (#"{"name":"read"}"#, "unknown"), (#"{"name":"read","arguments":{}}"#, "unknown"),
            (#"{"name":"read","arguments":null}"#, "unknown"), (#"{"name":"read","arguments":["/srv/a"]}"#, "unknown"),
            (#"{"name":"read","arguments":{"path":"/srv/a","path":"/etc"}}"#, "unknown"),
            (#"{"name":"read","arguments":{"path":"/srv/a","PATH":"/etc"}}"#, "unknown"),
            (#"{"name":"read","arguments":{"path":"/srv/a"},"arguments":{"path":"/etc"}}"#, "unknown"),
            (#"{"name":"read","arguments":{"path":"/srv/a"},"Arguments":{"path":"/etc"}}"#, "unknown"),
            (#"{"name":"search","name":"delete"}"#, "unknown"), (#"{"name":"search","Name":"delete"}"#, "unknown"),
            (#"{"name":["search"]}"#, "unknown"), (#"{"name":null}"#, "unknown"), (#"{}"#, "unknown"),
            (#"["search"]"#, "unknown"),
            (#"null"#, "unknown"), (#""search""#, "unknown"), (#"{"NAME":"search"}"#, "unknown"),
        ]
    )
    func judgesCalls(parameters: String, expected: String) { #expect(judge(call(parameters)) == expected) }

    @Test(
        "see one message of JSON-RPC 2.0",
        arguments: [
            (#"{"jsonrpc":"2.0","method":"ping"}"#, "holds"), (#"{"method":"ping","id":1}"#, "unknown"),
            (#"{"jsonrpc":"1.0","method":"ping"}"#, "unknown"), (#"{"jsonrpc":2.0,"method":"ping"}"#, "unknown"),
            (#"{"jsonrpc":"2.0","jsonrpc":"2.0","method":"ping"}"#, "unknown"),
            (#"{"jsonrpc":"2.0","method":"ping","method":"tools/call"}"#, "unknown"),
            (#"{"jsonrpc":"2.0","method":"ping","Method":"tools/call"}"#, "unknown"),
            (#"{"jsonrpc":"2.0","method":"ping","m\u0065thod":"tools/call"}"#, "unknown"),
            (#"{"jsonrpc":"2.0","Method":"tools/call"}"#, "unknown"), (#"{"jsonrpc":"2.0","method":1}"#, "unknown"),
            (#"{"jsonrpc":"2.0","method":null,"result":{}}"#, "unknown"), (#"{"jsonrpc":"2.0"}"#, "unknown"),
            (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "holds"),
            (#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, "holds"),
            (#"{"jsonrpc":"2.0","id":1,"Result":{}}"#, "unknown"), (#""ping""#, "unknown"), ("1", "unknown"),
            ("", "unknown"),
            (#"{"jsonrpc":"2.0","method":"ping"}{"jsonrpc":"2.0","method":"tools/call"}"#, "unknown"),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\"}", "unknown"),
        ]
    )
    func judgesMessages(body: String, expected: String) { #expect(judge(body) == expected) }

    @Test("judge every message of a batch")
    func judgesBatches() {
        let ping = #"{"jsonrpc":"2.0","method":"ping"}"#
        #expect(judge("[\(ping),\(call(#"{"name":"search"}"#))]") == "holds")
        #expect(judge("[\(ping),\(call(#"{"name":"delete"}"#))]") == "fails")
        #expect(judge("[]") == "unknown")
        #expect(judge("[\(ping),1]") == "unknown")
        #expect(judge("[\(ping),[\(ping)]]") == "unknown")
    }

    @Test("let streams be opened and ended, without a body")
    func judgesMethodsOfHTTP() {
        #expect(judge("", method: .get, type: nil) == "holds")
        #expect(judge("", method: .delete, type: nil) == "holds")
        #expect(judge(call(#"{"name":"search"}"#), method: .get) == "unknown")
        #expect(judge(call(#"{"name":"search"}"#), method: .put) == "unknown")
        #expect(judge("", method: .head, type: nil) == "unknown")
        #expect(judge("", method: .post, type: nil) == "unknown")
        #expect(judge(call(#"{"name":"search"}"#), type: "text/plain") == "unknown")
        #expect(judge(call(#"{"name":"search"}"#), type: nil) == "unknown")
    }

    @Test("without tools allow every one, and with none none")
    func knowsNoneFromAll() {
        #expect(judge(call(#"{"name":"any"}"#), rules: MCPRules(tools: nil)) == "holds")
        #expect(judge(call(#"{"name":["any"]}"#), rules: MCPRules(tools: nil)) == "unknown")
        #expect(judge(call(#"{"name":"any"}"#), rules: MCPRules(tools: [])) == "fails")
        #expect(judge(message(#""method":"tools/list""#), rules: MCPRules(tools: [])) == "holds")
    }

    @Test("do not look past their limit")
    func limitsLength() {
        let padded = call(#"{"name":"search","arguments":{"pad":""# + String(repeating: "x", count: 1000) + #""}}"#)
        #expect(judge(padded, rules: MCPRules(tools: nil, maxBytes: 1000)) == "unknown")
        #expect(judge(padded, rules: MCPRules(tools: nil, maxBytes: 2000)) == "holds")
        #expect(judge(call(#"{"name":"search"}"#) + String(repeating: " ", count: 1 << 20)) == "unknown")
    }
}
