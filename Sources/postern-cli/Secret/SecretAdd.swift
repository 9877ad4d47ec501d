import ArgumentParser
import PosternCLI
import PosternControl

struct SecretAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Store a secret.",
        discussion: "Reads standard input, or asks twice on a terminal; one line end at the end is not part of it."
    )

    @Argument(help: "Lower-case letters, digits, - and _, up to 64.")
    var name: String

    @Option(
        help: "The provider that it is for; `postern provider list --catalogue` shows them.",
        completion: .providers
    )
    var provider: String

    @OptionGroup var value: SecretValueOptions

    @Flag(help: "Agents may ask for grants of it by themselves.")
    var selfBind = false

    @Option(
        help: ArgumentHelp("Only this agent may, of all; may be repeated.", valueName: "agent"),
        completion: .agents
    )
    var selfBindAgent: [String] = []

    @OptionGroup var control: ControlOptions

    func run() throws {
        var request = SecretCreateRequest(
            name: name,
            provider: provider,
            values: try value.values(provider: provider, name: name)
        )
        request.inputs = try value.inputs()
        request.selfBind = selfBind ? true : nil
        request.selfBinders = selfBindAgent.isEmpty ? nil : selfBindAgent
        let session = control.session
        let secret: SecretAnswer = try session.call(.post, "/v1/secrets", body: request, naming: [provider])
        try session.done(
            secret,
            "secret \(secret.name) is stored, for \(secret.hosts.joined(separator: ", "))",
            hint: "nobody may use it yet: `postern grant create --agent AGENT --secret \(secret.name)`"
        )
    }
}
