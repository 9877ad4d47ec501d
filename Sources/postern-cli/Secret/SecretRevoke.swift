import ArgumentParser
import PosternCLI
import PosternControl

struct SecretRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Forget a secret's values and revoke every grant of it.",
        discussion: "It stays valid at the provider: revoke it there too."
    )

    @OptionGroup var argument: SecretArgument
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("forget secret \(argument.secret) and revoke every grant of it?")
        let session = control.session
        let path: ControlPath = "/v1/secrets/\(argument.secret)/revoke"
        let secret: SecretAnswer = try session.call(.post, path, naming: [argument.secret])
        try session.done(
            secret,
            "secret \(secret.name) is forgotten, and its grants are revoked",
            hint: "it stays valid at \(secret.provider): revoke it there too"
        )
    }
}
