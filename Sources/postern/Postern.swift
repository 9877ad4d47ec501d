import ArgumentParser
import PosternCLI
import PosternCore

@main
struct Postern: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "Look after a Postern proxy.",
        discussion: """
            Postern is a local forward proxy that adds credentials to the requests of agents that hold none. Its daemon \
            is posternd; this command shows what the daemon did, and hands out the certificate of its local authority.

            Exit status: 0 if all is well, 1 if the command failed or found tampering, 2 if it was called wrongly.
            """,
        version: Version.current,
        subcommands: [Audit.self, Authority.self, Placeholder.self]
    )

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            // Help and version are not errors; a command says with an exit code that it has said everything.
            if code == .success || error is ExitCode { exit(withError: error) }
            let isUsage = code == .validationFailure
            let failure =
                isUsage
                ? CommandFailure(UsageMessage.text(message(for: error)), hint: "see `postern --help`")
                : CommandFailure(error)
            Output.writeError(failure.text)
            exit(withError: ExitCode(isUsage ? 2 : 1))
        }
    }
}
