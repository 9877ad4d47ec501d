import Testing

@testable import PosternCLI

@Suite struct MCPNamesTests {
    @Test(
        "names that other programs allow become names of the store",
        arguments: [
            (["mcp", "github"], "mcp-github"), (["mcp", "My Server!"], "mcp-my-server"),
            (["mcp", "@scope/a.b"], "mcp-scope-a-b"),
            (["mcp", "t\u{e4}vily-\u{fc}"], "mcp-t-vily"), (["mcp-a", "API_KEY"], "mcp-a-api_key"),
            (["mcp", "--"], "mcp"),
            (["mcp", String(repeating: "x", count: 90)], "mcp-" + String(repeating: "x", count: 56)),
        ]
    )
    func made(parts: [String], name: String) {
        #expect(MCPNames.make(parts[0], parts[1]) == name)
    }

    @Test("a name that is taken gets a number")
    func free() {
        let taken: Set = ["a", "a-2"]
        #expect(MCPNames.free("b") { taken.contains($0) } == "b")
        #expect(MCPNames.free("a") { taken.contains($0) } == "a-3")
    }

    @Test(
        "only a number makes another of a name",
        arguments: [
            ("a", true), ("a-2", true), ("a-10", true), ("a-", false), ("a-b", false), ("a-2b", false), ("ab", false),
            ("b", false),
        ]
    )
    func isOne(name: String, expected: Bool) {
        #expect(MCPNames.isOne(name, of: "a") == expected)
    }
}
