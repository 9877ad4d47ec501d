import ArgumentParser
import PosternCLI
import PosternControl

struct ConnectionList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List connected accounts.")

    @Option(help: ArgumentHelp("Only this user's.", valueName: "subject"))
    var user: String?

    @Flag(help: "Also those that were revoked.")
    var all = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let path = ControlPath(stringLiteral: "/v1/connections").with("user", user)
            .with("include_revoked", all ? true : nil)
        try control.session.show(
            control.session.all(path, naming: [user].compactMap { $0 }),
            ConnectionText.table,
            ifEmpty: "no account is connected; users connect theirs through the API and the portal"
        )
    }
}
