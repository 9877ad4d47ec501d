import ArgumentParser
import PosternCLI
import PosternCommand
import PosternConfig
import PosternControl
import PosternCore

struct PlaceholderListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the placeholders that agents are given.",
        discussion:
            "Asks the running daemon; with --config or --user, or if none runs, those of a configuration file are listed."
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
    var config: String?

    @Flag(help: "Postern runs as a service of this user.")
    var user = false

    @Option(help: "Only this agent's.")
    var agent: String?

    @OptionGroup var control: ControlOptions

    func run() throws {
        if config == nil, !user, control.mayBeRunning { return try listRunning() }
        let path = ConfigurationLoader.resolvePath(explicit: config, userMode: user, environment: Environment.all)
        let loader = ConfigurationLoader(path: path, userMode: user, environment: Environment.all)
        let configuration = try loader.loadWithoutSecrets()
        let file = PlaceholderKeyFile(stateDirectory: control.stateDir ?? configuration.settings.stateDirectory)
        let given = configuration.placeholders(from: try file.read()).filter { agent == nil || $0.agent == agent }
        let listing = PlaceholderListing(given)
        Output.write(control.json ? try listing.json() : listing.text)
        if given.isEmpty { Output.writeError("postern: no grant has `placeholder = true`\n") }
    }

    private func listRunning() throws {
        let path = ControlPath(stringLiteral: "/v1/placeholders").with("agent", agent)
        try control.session.show(
            control.session.all(path, naming: [agent].compactMap { $0 }),
            PlaceholderText.table,
            ifEmpty: "no grant gives a placeholder; `postern grant create --placeholder` does"
        )
    }
}
