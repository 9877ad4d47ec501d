internal import PosternCore

/// The keys about what a request's body holds: `body`, `mcp_tools`, `mcp_methods`, `max_inspected_bytes`.
enum InspectionKeys {
    /// How many conditions, tools or methods one list may have.
    static let maxElements = 256

    static func read(_ table: TableReader) -> (body: BodyRules?, mcp: MCPRules?) {
        let written = table.integer("max_inspected_bytes", in: 1...1 << 26)
        let maxBytes = written ?? BodyRules.defaultMaxBytes
        let body = BodyKeys.rules(table, maxBytes: maxBytes)
        let mcp = MCPKeys.rules(table, maxBytes: maxBytes)
        if table.has("max_inspected_bytes"), !table.has("body"), !table.has("mcp_tools"), !table.has("mcp_methods") {
            table.refuse(
                "max_inspected_bytes",
                "has no use without `body`, `mcp_tools` or `mcp_methods`",
                hint: "`max_body_bytes` limits what is sent"
            )
        }
        return (body, mcp)
    }

    /// Refuses a list that is longer than anybody writes.
    static func checkCount(_ count: Int, _ key: String, _ table: TableReader) {
        if count > maxElements { table.refuse(key, "has more than \(maxElements) elements") }
    }
}
