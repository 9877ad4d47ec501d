import ArgumentParser
import PosternCLI

struct Secrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Store the credentials of providers, rotate and revoke them.",
        discussion: """
            What is stored is sealed, is written into requests that a grant allows, and comes out in no other way. A value \
            is never taken from the command line: it is piped in, read from a file, or typed without an echo.
            """,
        subcommands: [
            SecretAdd.self, SecretList.self, SecretShow.self, SecretUpdate.self, SecretRotate.self, SecretRollback.self,
            SecretRevoke.self, SecretImportCommand.self,
        ]
    )
}

/// A secret that a command is about.
struct SecretArgument: ParsableArguments {
    @Argument(help: "The secret's name or id.", completion: .secrets)
    var secret: String
}
