internal import PosternCore

/// `[run]`: where `postern run` registers sandboxes.
enum RunSection {
    static func read(_ table: TableReader, into run: inout RunSettings) {
        if let socket = table.string("socket") {
            if socket.value == "off" {
                run.socket = .off
            } else if socket.value.hasPrefix("/"), socket.value.utf8.count <= ControlSection.maxPathBytes {
                run.socket = .path(socket.value)
            } else {
                table.refuse(
                    "socket",
                    "must be an absolute path of at most \(ControlSection.maxPathBytes) bytes, or \"off\""
                )
            }
        }
        if let count = table.integer("max_sandboxes", in: 1...4096) { run.maxSandboxes = count }
        table.finish()
    }
}

/// `[[runner]]`: who may run which agents.
enum RunnerSection {
    static func read(_ table: TableReader) -> RunnerRule? {
        let users = UserIDKeys.read(
            "users",
            table,
            hint: "leave [[runner]] out: root and Postern's own user may always"
        )
        if !table.has("users") { table.refuse("users", "is missing: [[runner]] says who may run agents") }
        let agents = table.agentPatterns("agents")
        if !table.has("agents") {
            table.refuse("agents", "is missing: [[runner]] says which agents", hint: "agents = [\"claude\", \"mcp-*\"]")
        }
        table.finish()
        guard let users, let agents else { return nil }
        return RunnerRule(userIDs: users, agents: agents)
    }
}
