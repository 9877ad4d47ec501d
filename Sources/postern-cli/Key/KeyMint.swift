import ArgumentParser
import PosternCLI
import PosternControl

struct KeyMint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Make a key; the ones before it stay.",
        discussion: "The key goes to standard output, alone, and cannot be shown again."
    )

    @Argument(help: "The agent, unless --app is given.", completion: .agents)
    var agent: String?

    @OptionGroup var owner: KeyOwnerOptions

    @Option(help: "A name for it, by default the agent's and a number.")
    var name: String?

    @Option(help: ArgumentHelp("When it ends by itself, such as 30d; by default never.", valueName: "time"))
    var expiresIn: Span?

    @Option(
        help: ArgumentHelp(
            "What it may be used for in the API, such as grants:read; may be repeated.",
            valueName: "scope"
        )
    )
    var scope: [String] = []

    @Option(help: ArgumentHelp("From where it may be used, such as 10.0.0.0/8; may be repeated.", valueName: "network"))
    var network: [String] = []

    @Option(help: ArgumentHelp("Requests a minute with it.", valueName: "n"))
    var rpm: Int?

    @OptionGroup var control: ControlOptions

    func validate() throws { try owner.check(agent) }

    func run() throws {
        var request = KeyMintRequest()
        request.name = name
        request.lifetimeSeconds = expiresIn?.seconds
        request.scopes = scope.isEmpty ? nil : scope
        request.networks = network.isEmpty ? nil : network
        request.requestsPerMinute = rpm
        let session = control.session
        let names = [agent].compactMap { $0 }
        let key: KeyAnswer = try session.call(.post, owner.path(agent), body: request, naming: names)
        try session.done(key, "key \(key.name) is minted; it is shown this once", data: key.key)
    }
}
