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

    @OptionGroup var control: ControlOptions

    func validate() throws { try owner.check(agent) }

    func run() throws {
        var request = KeyMintRequest()
        request.name = name
        request.lifetimeSeconds = expiresIn?.seconds
        let session = control.session
        let names = [agent].compactMap { $0 }
        let key: KeyAnswer = try session.call(.post, owner.path(agent), body: request, naming: names)
        try session.done(key, "key \(key.name) is minted; it is shown this once", data: key.key)
    }
}
