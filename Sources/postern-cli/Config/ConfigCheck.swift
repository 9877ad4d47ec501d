import ArgumentParser
import PosternCLI
import PosternCommand
import PosternConfig

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say every problem of a configuration file, each with its line.",
        discussion: """
            Secrets are not fetched, so that this needs no right to read them; `posternd --check` fetches them too.
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
    var config: String?

    @Flag(help: "Postern runs as a service of this user.")
    var user = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let path = ConfigurationLoader.resolvePath(explicit: config, userMode: user, environment: Environment.all)
        let report = ConfigurationReport(path: path, userMode: user)
        if json { Output.write(try JSONText.of(report)) }
        if !json || !report.isSound { Output.writeError(report.text) }
        if !report.isSound { throw ExitCode.failure }
    }
}
