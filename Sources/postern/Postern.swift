import Glibc
import PosternCommand
import PosternRun

/// `postern`: starts programs as agents by itself, and leaves every other command to `postern-cli`.
///
/// Whoever starts an agent waits for this program, an MCP client for each of its servers. Loading what the other commands need takes
/// longer than all that `run` does.
@main
enum Postern {
    static func main() {
        if let run = Run.atOnce(CommandLine.arguments) { exit(run.status()) }
        let others = ProgramFile.beside("postern-cli") ?? "/usr/bin/postern-cli"
        execv(others, CommandLine.unsafeArgv)
        let failure = CommandFailure.system("cannot start \(others)")
        Output.writeError(CommandFailure(failure.message, hint: "install it beside postern").text)
        exit(CommandLine.arguments.dropFirst().first == Run.name ? RunFailure.status : 1)
    }
}
