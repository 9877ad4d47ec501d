import ArgumentParser
import PosternCLI
import PosternControl

struct SecretShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is known of a secret, never its value."
    )

    @OptionGroup var argument: SecretArgument
    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let secret: SecretAnswer = try session.call(.get, "/v1/secrets/\(argument.secret)", naming: [argument.secret])
        try session.show(secret, SecretText.facts(secret))
    }
}
