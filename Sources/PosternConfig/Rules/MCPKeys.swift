internal import PosternCore

/// `mcp_tools` and `mcp_methods`: what may be asked of an MCP server.
enum MCPKeys {
    private static let maxNameBytes = 256

    static func rules(_ table: TableReader, maxBytes: Int) -> MCPRules? {
        let tools = tools(table)
        let methods = methods(table)
        guard table.has("mcp_tools") || table.has("mcp_methods") else { return nil }
        return MCPRules(tools: tools, methods: methods ?? [], maxBytes: maxBytes)
    }

    private static func tools(_ table: TableReader) -> [MCPTool]? {
        guard let node = table.node("mcp_tools") else { return nil }
        guard case .array(let elements) = node.value else {
            table.refuseType("mcp_tools", node, expected: "an array of names and tables")
            // Refused or not, nothing is allowed by it.
            return []
        }
        InspectionKeys.checkCount(elements.count, "mcp_tools", table)
        var seen: Set<String> = []
        return elements.compactMap { element in
            guard let tool = tool(element, table) else { return nil }
            guard seen.insert(tool.name).inserted else {
                table.problems.add(
                    "`mcp_tools` in \(table.title) names \(Excerpt.of(tool.name)) twice",
                    line: element.line
                )
                return nil
            }
            return tool
        }
    }

    private static func tool(_ node: ConfigNode, _ table: TableReader) -> MCPTool? {
        if case .string(let name) = node.value {
            return checked(name, line: node.line, table).map { MCPTool(name: $0) }
        }
        guard case .table(let entries) = node.value else {
            table.refuseType("mcp_tools", node, expected: "an array of names and tables")
            return nil
        }
        let reader = TableReader(entries, title: "`mcp_tools`", problems: table.problems)
        let name = reader.requiredString("name")
        let arguments = BodyKeys.conditions(reader, "arguments")
        reader.finish()
        guard let name, let text = checked(name.value, line: name.line, table) else { return nil }
        return MCPTool(name: text, arguments: arguments ?? [])
    }

    private static func checked(_ name: String, line: Int?, _ table: TableReader) -> String? {
        guard (1...maxNameBytes).contains(name.utf8.count) else {
            table.problems.add(
                "`mcp_tools` in \(table.title): a tool's name has 1 to \(maxNameBytes) bytes",
                line: line
            )
            return nil
        }
        return name
    }

    private static func methods(_ table: TableReader) -> [String]? {
        guard let names = table.strings("mcp_methods") else { return nil }
        InspectionKeys.checkCount(names.count, "mcp_methods", table)
        return names.compactMap { name in
            table.attempt("mcp_methods", line: name.line) { () throws(Refusal) in
                try check(name.value)
                return name.value
            }
        }
    }

    private static func check(_ name: String) throws(Refusal) {
        let fixed = name.hasSuffix("/*") ? name.dropLast() : name[...]
        guard (1...maxNameBytes).contains(name.utf8.count), !fixed.contains("*") else {
            throw Refusal(
                "\(Excerpt.of(name)) is not a method",
                hint: "write `resources/read`, or `resources/*` for all that begin so"
            )
        }
        // It would be passed over: a call is judged by its tool alone.
        if name == "tools/call" || name == "tools/*" {
            throw Refusal("calls of tools are not allowed by method", hint: "name the tools in `mcp_tools`")
        }
    }
}
