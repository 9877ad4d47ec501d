import ArgumentParser
import PosternCLI
import PosternControl

struct PortalLogin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Make an address that lets somebody in once, within two minutes.",
        discussion: """
            The address goes to standard output. Whoever presses its button first is in: an operator, or with --approver \
            somebody who sees only what asks for that name.
            """
    )

    @Option(help: ArgumentHelp("By which name approvals ask for this person.", valueName: "name"))
    var approver: String?

    @OptionGroup var control: ControlOptions

    func run() throws {
        var request = PortalLoginRequest()
        request.approver = approver
        let login: PortalLoginAnswer = try control.session.call(.post, "/v1/portal/login", body: request)
        try control.session.done(
            login,
            "open this within two minutes, as \(approver ?? "an operator")",
            data: login.url
        )
    }
}
