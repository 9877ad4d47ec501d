import ArgumentParser
import PosternCLI
import PosternControl

struct ConnectionCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connection",
        abstract: "Look after the accounts that users have connected.",
        subcommands: [ConnectionList.self, ConnectionShow.self, ConnectionRevoke.self]
    )
}
