import ArgumentParser
import PosternCLI
import PosternConfig
import PosternCore

struct Placeholder: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what agents hold in place of credentials.",
        discussion: """
            A grant with `placeholder = true` gives its agent a text that looks like a key and is worth nothing. In the \
            place of the credential it is replaced; a request that has it anywhere else is refused as a leak.
            """,
        subcommands: [PlaceholderListCommand.self, PlaceholderShowCommand.self]
    )
}

struct PlaceholderListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the placeholders that a configuration gives."
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Flag(help: "Postern runs as a service of this user.")
    var user = false

    @Option(help: ArgumentHelp("The daemon's state directory, in place of the configured one.", valueName: "dir"))
    var stateDir: String?

    @Option(help: "Only this agent's.")
    var agent: String?

    @Flag(help: "Print them as JSON.")
    var json = false

    func run() throws {
        let path = ConfigurationLoader.resolvePath(explicit: config, userMode: user, environment: Environment.all)
        let loader = ConfigurationLoader(path: path, userMode: user, environment: Environment.all)
        let configuration = try loader.loadWithoutSecrets()
        let file = PlaceholderKeyFile(stateDirectory: stateDir ?? configuration.settings.stateDirectory)
        let given = configuration.placeholders(from: try file.read()).filter { agent == nil || $0.agent == agent }
        let listing = PlaceholderListing(given)
        Output.write(json ? try listing.json() : listing.text)
        if given.isEmpty { Output.writeError("postern: no grant has `placeholder = true`\n") }
    }
}

struct PlaceholderShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print the placeholder of one agent for one secret."
    )

    @Option(help: "The agent.")
    var agent: String

    @Option(help: "The secret for which it stands.")
    var secret: String

    @Option(help: "A provider of the catalogue, whose clients check the shape of a key.")
    var provider: String?

    @Option(help: ArgumentHelp("The daemon's state directory.", valueName: "dir"))
    var stateDir: String?

    @Flag(help: "Print it as JSON.")
    var json = false

    func validate() throws {
        guard let provider, ProviderCatalogue.builtIn.entries[provider] == nil else { return }
        throw ValidationError("'\(provider)' is not a provider of the catalogue")
    }

    func run() throws {
        let directory = stateDir ?? StateDirectory.choose(holding: PlaceholderKeyFile.name)
        let key = try PlaceholderKeyFile(stateDirectory: directory).read()
        let placeholder = GivenPlaceholder(agent: agent, secret: secret, provider: provider ?? "", from: key)
        Output.write(json ? try PlaceholderListing([placeholder]).json() : placeholder.text + "\n")
    }
}
