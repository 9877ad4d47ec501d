import ArgumentParser
import PosternCLI
import PosternControl

struct SecretRollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Bring the value back that a rotation replaced, if it is still kept."
    )

    @OptionGroup var argument: SecretArgument
    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let path: ControlPath = "/v1/secrets/\(argument.secret)/rollback"
        let secret: SecretAnswer = try session.call(.post, path, naming: [argument.secret])
        try session.done(secret, "secret \(secret.name) has the value it had before")
    }
}
