import ArgumentParser
import PosternCLI
import PosternCommand
import PosternConfig
import PosternCore

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
