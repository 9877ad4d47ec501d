import ArgumentParser
import PosternCLI
import PosternCommand

struct MCPListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the MCP servers of this user and project, and which hold a key."
    )

    @Option(help: ArgumentHelp("This file, and no other; may be repeated.", valueName: "path"), completion: .file())
    var file: [String] = []

    @Flag(help: "Print them as JSON.")
    var json = false

    func run() throws {
        let listing = try MCPListing(MCPSelection(files: file))
        if json { return Output.write(try JSONText.of(listing)) }
        if listing.isEmpty {
            return Output.writeError("postern: no file with MCP servers was found; --file names one\n")
        }
        Output.write(listing.table(Palette()))
        if listing.hasOpen {
            Output.writeError("postern: hint: `postern mcp import` moves the keys of open ones into the store\n")
        }
    }
}
