import ArgumentParser
import PosternCLI
import PosternControl

struct SecretList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List secrets, never their values.")

    @Flag(help: "Also those that were revoked.")
    var all = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let path = ControlPath(stringLiteral: "/v1/secrets").with("include_revoked", all ? true : nil)
        try control.session.show(
            control.session.all(path),
            SecretText.table,
            ifEmpty: "there is no secret yet; `postern secret add NAME --provider PROVIDER` stores one"
        )
    }
}
