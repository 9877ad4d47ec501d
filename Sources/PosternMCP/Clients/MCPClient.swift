/// A program that starts or calls MCP servers, and how its file names them.
package enum MCPClient: String, CaseIterable, Sendable {
    case claudeCode = "claude-code"
    case claudeDesktop = "claude-desktop"
    case cursor, vscode, copilot, codex, gemini, windsurf, zed, cline, opencode
    case lmStudio = "lm-studio"
    case junie
    case amazonQ = "amazon-q"
    case continueDev = "continue"
    case goose
    /// A file that was named, of whatever client.
    case other

    /// Where in its file servers stand; `nil` is any member.
    var groups: [[String?]] {
        switch self {
        case .claudeCode: [["mcpServers"], ["projects", nil, "mcpServers"]]
        case .claudeDesktop, .cursor, .copilot, .gemini, .windsurf, .cline, .lmStudio, .junie, .amazonQ:
            [["mcpServers"]]
        case .vscode: [["servers"], ["mcp", "servers"]]
        case .codex: [["mcp_servers"]]
        case .zed: [["context_servers"]]
        case .opencode: [["mcp"]]
        case .continueDev, .goose: []
        case .other:
            [
                ["mcpServers"], ["projects", nil, "mcpServers"], ["servers"], ["mcp", "servers"], ["mcp_servers"],
                ["context_servers"], ["mcp"],
            ]
        }
    }

    /// What to do by hand, for files that are not read.
    package var manualSteps: String? {
        switch self {
        case .continueDev:
            "YAML is not edited: in `mcpServers` set `command: postern` and put `run --agent NAME --` before the command in `args`"
        case .goose:
            "YAML is not edited: in `extensions` set `cmd: postern` and put `run --agent NAME --` before the command in `args`"
        default: nil
        }
    }
}

/// A file in which a client declares servers.
package struct ClientFile: Hashable, Sendable {
    package let client: MCPClient
    /// As it was named or found; links are not followed yet.
    package let path: String

    package init(client: MCPClient, path: String) {
        self.client = client
        self.path = path
    }

    /// How it is written; `nil` for what is not read.
    package var syntax: EditableDocument.Syntax? {
        if path.hasSuffix(".toml") { return .toml }
        return client.manualSteps != nil || path.hasSuffix(".yaml") || path.hasSuffix(".yml") ? nil : .jsonc
    }
}
