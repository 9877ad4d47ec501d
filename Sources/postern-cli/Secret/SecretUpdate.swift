import ArgumentParser
import PosternCLI
import PosternControl

struct SecretUpdate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change what is not secret of a secret."
    )

    @OptionGroup var argument: SecretArgument

    @Option(
        help: ArgumentHelp(
            "A value that is no secret; may be repeated, and replaces all of them.",
            valueName: "variable=value"
        )
    )
    var input: [NamedValue] = []

    @Flag(inversion: .prefixedNo, help: "Whether agents may ask for grants of it by themselves.")
    var selfBind: Bool?

    @Option(
        help: ArgumentHelp(
            "Only this agent may, of all; may be repeated, and replaces all of them.",
            valueName: "agent"
        ),
        completion: .agents
    )
    var selfBindAgent: [String] = []

    @OptionGroup var control: ControlOptions

    func validate() throws {
        if input.isEmpty, selfBind == nil, selfBindAgent.isEmpty {
            throw ValidationError("nothing to change was given")
        }
    }

    func run() throws {
        var request = SecretUpdateRequest()
        request.inputs = input.isEmpty ? nil : try NamedValue.dictionary(input)
        request.selfBind = selfBind ?? (selfBindAgent.isEmpty ? nil : true)
        request.selfBinders = selfBindAgent.isEmpty ? nil : selfBindAgent
        let session = control.session
        let path: ControlPath = "/v1/secrets/\(argument.secret)"
        let secret: SecretAnswer = try session.call(.patch, path, body: request, naming: [argument.secret])
        try session.done(secret, "secret \(secret.name) is changed")
    }
}
