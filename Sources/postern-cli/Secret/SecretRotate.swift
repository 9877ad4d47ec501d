import ArgumentParser
import PosternCLI
import PosternControl

struct SecretRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put a new value in the place of a secret's.",
        discussion: """
            The next request has the new one. With --overlap the old one is kept so long: it is still masked in answers, \
            and `postern secret rollback` brings it back.
            """
    )

    @OptionGroup var argument: SecretArgument
    @OptionGroup var value: SecretValueOptions

    @Option(
        help: ArgumentHelp("How long the old value is kept, such as 10m; by default not at all.", valueName: "time")
    )
    var overlap: Span?

    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let path: ControlPath = "/v1/secrets/\(argument.secret)"
        let known: SecretAnswer = try session.call(.get, path, naming: [argument.secret])
        let values = try value.values(provider: known.provider, name: known.name)
        var request = SecretRotateRequest(values: values)
        request.inputs = try value.inputs()
        request.overlapSeconds = overlap?.seconds
        let secret: SecretAnswer = try session.call(.post, "/v1/secrets/\(argument.secret)/rotate", body: request)
        let kept = overlap.map { _ in "`postern secret rollback \(secret.name)` brings the old value back" }
        try session.done(secret, "secret \(secret.name) is rotated", hint: kept)
    }
}
