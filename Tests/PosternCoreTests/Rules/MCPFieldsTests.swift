import PosternCore
import PosternTestSupport
import Testing

private let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"path":"/a"}}}"#

/// Header lines beside a call of `read`, and whether the request is let through.
private let rows: [(String, Bool)] = [
    ("", true), ("Mcp-Method: tools/call\r\n", true), ("mcp-method: tools/call\r\nMCP-NAME: read\r\n", true),
    ("Mcp-Name: =?base64?cmVhZA==?=\r\n", true), ("Mcp-Session-Id: 1\r\nMcp-Protocol-Version: 2\r\n", true),
    ("Mcp-Method: tools/list\r\n", false), ("Mcp-Name: write\r\n", false), ("Mcp_Name: write\r\n", false),
    ("Mcp-Name: read\r\nMcp-Name: read\r\n", false), ("Mcp-Method: \r\n", false),
    ("Mcp-Name: =?base64?d3JpdGU=?=\r\n", false), ("Mcp-Param-Path: /b\r\n", false),
]

@Suite("MCPFields")
struct MCPFieldsTests {
    private static let rules = MCPRules(
        tools: [MCPTool(name: "read", arguments: []), MCPTool(name: "write", arguments: [])]
    )

    @Test("what fields repeat is what the message says", arguments: rows)
    func agreement(lines: String, isLetThrough: Bool) throws {
        let head = try IngressRequest.read(
            "POST http://good.test/mcp HTTP/1.1\r\nHost: good.test\r\n\(lines)Content-Length: 9\r\n\r\n"
        ).head
        let verdict = try rules(checkingArguments: lines.contains("Param")).judge(
            method: .post,
            contentType: Array("application/json".utf8)[...],
            contentEncoding: nil,
            fields: MCPFields(head),
            body: Array(call.utf8)
        )
        #expect((verdict == .holds) == isLetThrough)
    }

    @Test("a batch repeats nothing", arguments: ["[\(call)]"])
    func batch(body: String) throws {
        let head = try IngressRequest.read(
            "POST http://good.test/mcp HTTP/1.1\r\nHost: good.test\r\nMcp-Method: tools/call\r\nContent-Length: 9\r\n\r\n"
        ).head
        let verdict = Self.rules.judge(
            method: .post,
            contentType: Array("application/json".utf8)[...],
            contentEncoding: nil,
            fields: MCPFields(head),
            body: Array(body.utf8)
        )
        #expect(verdict != .holds)
    }

    private func rules(checkingArguments: Bool) throws -> MCPRules {
        guard checkingArguments else { return Self.rules }
        let pointer = try #require(JSONPointer("/path"))
        let condition = BodyCondition(pointer: pointer, tests: [.matches(try TextPattern("/a"))])
        return MCPRules(tools: [MCPTool(name: "read", arguments: [condition])])
    }
}
