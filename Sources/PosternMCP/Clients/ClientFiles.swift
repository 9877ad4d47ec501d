/// Where clients keep their files.
package struct ClientFiles {
    private let home: String
    private let configuration: String
    private let environment: [String: String]

    /// Takes the user's home from the environment; `nil` if it names none.
    package init?(environment: [String: String]) {
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        self.home = home
        self.environment = environment
        configuration = ClientFiles.directory("XDG_CONFIG_HOME", environment) ?? "\(home)/.config"
    }

    /// The places for the user, and for each of the directories of a project.
    package func candidates(projects: [String]) -> [ClientFile] {
        var files = user.map { ClientFile(client: $0, path: $1) }
        for project in projects {
            files += ClientFiles.project.map { ClientFile(client: $0, path: "\(project)/\($1)") }
        }
        var seen: Set<String> = []
        return files.filter { seen.insert($0.path).inserted }
    }

    /// The client whose file a path looks like.
    package static func client(ofPath path: String) -> MCPClient {
        let marks: [(String, MCPClient)] = [
            ("/.mcp.json", .claudeCode), ("/.claude.json", .claudeCode),
            ("/claude_desktop_config.json", .claudeDesktop),
            ("/.cursor/mcp.json", .cursor), ("/.vscode/mcp.json", .vscode), ("/.copilot/mcp-config.json", .copilot),
            ("/.codex/config.toml", .codex), ("/.gemini/settings.json", .gemini),
            ("/windsurf/mcp_config.json", .windsurf), ("/zed/settings.json", .zed), ("/.zed/settings.json", .zed),
            ("/cline_mcp_settings.json", .cline), ("/opencode.json", .opencode), ("/opencode.jsonc", .opencode),
            ("/.lmstudio/mcp.json", .lmStudio), ("/.junie/mcp/mcp.json", .junie), ("/amazonq/mcp.json", .amazonQ),
            ("/.amazonq/mcp.json", .amazonQ), ("/.continue/config.yaml", .continueDev), ("/goose/config.yaml", .goose),
        ]
        return marks.first { path.hasSuffix($0.0) }?.1 ?? .other
    }

    private var user: [(MCPClient, String)] {
        let applications = "\(home)/Library/Application Support"
        let clineFile = "User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
        var files: [(MCPClient, String)] = [
            (.claudeCode, "\(ClientFiles.directory("CLAUDE_CONFIG_DIR", environment) ?? home)/.claude.json"),
            (.claudeDesktop, "\(configuration)/Claude/claude_desktop_config.json"),
            (.claudeDesktop, "\(applications)/Claude/claude_desktop_config.json"),
            (.cursor, "\(home)/.cursor/mcp.json"),
            (.copilot, "\(ClientFiles.directory("COPILOT_HOME", environment) ?? "\(home)/.copilot")/mcp-config.json"),
            (.codex, "\(ClientFiles.directory("CODEX_HOME", environment) ?? "\(home)/.codex")/config.toml"),
            (.gemini, "\(home)/.gemini/settings.json"),
            (.windsurf, "\(home)/.codeium/windsurf/mcp_config.json"),
            (.zed, "\(configuration)/zed/settings.json"),
            (.opencode, "\(configuration)/opencode/opencode.json"),
            (.opencode, "\(configuration)/opencode/opencode.jsonc"),
            (.lmStudio, "\(home)/.lmstudio/mcp.json"),
            (.junie, "\(home)/.junie/mcp/mcp.json"),
            (.amazonQ, "\(home)/.aws/amazonq/mcp.json"),
            (.continueDev, "\(home)/.continue/config.yaml"),
            (.goose, "\(configuration)/goose/config.yaml"),
        ]
        for editor in ["Code", "Code - Insiders", "VSCodium"] {
            files.append((.vscode, "\(configuration)/\(editor)/User/mcp.json"))
            files.append((.cline, "\(configuration)/\(editor)/\(clineFile)"))
        }
        return files
    }

    private static let project: [(MCPClient, String)] = [
        (.claudeCode, ".mcp.json"), (.cursor, ".cursor/mcp.json"), (.vscode, ".vscode/mcp.json"),
        (.codex, ".codex/config.toml"), (.gemini, ".gemini/settings.json"), (.zed, ".zed/settings.json"),
        (.opencode, "opencode.json"), (.opencode, "opencode.jsonc"), (.junie, ".junie/mcp/mcp.json"),
        (.amazonQ, ".amazonq/mcp.json"),
    ]

    /// XDG Base Directory Specification: a relative path is to be ignored.
    private static func directory(_ variable: String, _ environment: [String: String]) -> String? {
        environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
