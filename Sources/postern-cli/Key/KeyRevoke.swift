import ArgumentParser
import PosternCLI
import PosternControl

struct KeyRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a key for ever; its next request is refused."
    )

    @OptionGroup var arguments: KeyArguments

    @Flag(help: "Also if it is the last one.")
    var force = false

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("revoke key \(arguments.key) for ever?")
        let session = control.session
        let key: KeyAnswer = try session.call(
            .post,
            arguments.path("revoke"),
            body: KeyRevokeRequest(force: force),
            naming: arguments.names
        )
        try session.done(key, "key \(key.name) is revoked")
    }
}
