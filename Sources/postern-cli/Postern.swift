import ArgumentParser
import PosternCLI
import PosternCommand
import PosternCore
import PosternRun
import Synchronization

@main
struct Postern: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Look after a Postern proxy.",
        discussion: """
            Postern is a local forward proxy that adds credentials to the requests of agents that hold none. Its daemon \
            is posternd; this command tells it what to do, and shows what it did.

            Exit status: 0 if all is well, 1 if the command failed or found tampering, 2 if it was called wrongly.
            """,
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(name: "First", subcommands: [Init.self, Run.self, Status.self, Explain.self]),
            CommandGroup(
                name: "Directory",
                subcommands: [
                    Agents.self, Keys.self, Secrets.self, Grants.self, Providers.self, Users.self,
                    ConnectionCommands.self,
                ]
            ),
            CommandGroup(name: "Programs", subcommands: [MCP.self]),
            CommandGroup(name: "People", subcommands: [Approvals.self, Portal.self]),
            CommandGroup(
                name: "Record and client",
                subcommands: [Audit.self, Authority.self, Placeholder.self]
            ),
            CommandGroup(name: "Daemon", subcommands: [Doctor.self, Config.self, Store.self]),
            CommandGroup(name: "Shell", subcommands: [Completions.self]),
        ]
    )

    static func main() {
        Run.agentNames.withLock { $0 = { KnownNames.agents } }
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            // Help and version are not errors; a command says with an exit code that it has said everything.
            if code == .success || error is ExitCode { exit(withError: error) }
            let failure = code == .validationFailure ? usageFailure(error) : CommandFailure(error)
            Output.writeError(failure.text)
            // Who runs a program has to tell its failures from ours.
            let isRun = CommandLine.arguments.dropFirst().first == Run.name
            exit(withError: ExitCode(isRun ? RunFailure.status : failure.isUsage ? 2 : 1))
        }
    }

    private static func usageFailure(_ error: any Error) -> CommandFailure {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let failure = tree(Postern.self).failure(for: arguments) { return failure }
        return CommandFailure(usage: UsageMessage.text(message(for: error)), hint: help(arguments))
    }

    /// The help of the command that was meant.
    private static func help(_ arguments: [String]) -> String {
        var command: any ParsableCommand.Type = Postern.self
        var typed = "postern"
        for argument in arguments {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == argument }) else {
                break
            }
            command = next
            typed += " \(argument)"
        }
        return "see `\(typed) --help`"
    }

    private static func tree(_ command: any ParsableCommand.Type) -> CommandTree {
        CommandTree(command._commandName, command.configuration.subcommands.map { tree($0) })
    }
}
