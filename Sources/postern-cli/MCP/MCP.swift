import ArgumentParser

struct MCP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Move the keys of MCP servers into Postern.",
        discussion: """
            Clients such as Claude Code, Cursor, VS Code, Codex and Gemini declare MCP servers in files, often with keys in \
            plain text. `import` stores the keys, has each server run by `postern run` as an agent of its own, and puts \
            placeholders where the keys were; every other byte of a file stays. `restore` puts a file back.
            """,
        subcommands: [MCPImportCommand.self, MCPListCommand.self, MCPRestoreCommand.self]
    )
}
