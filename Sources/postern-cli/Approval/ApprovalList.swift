import ArgumentParser
import PosternCLI
import PosternControl

struct ApprovalList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List requests that wait for a decision, newest first."
    )

    @Option(help: ArgumentHelp("Those in another state, such as executed or denied.", valueName: "status"))
    var status: String?

    @Flag(help: "Those in every state, of the last seven days.")
    var all = false

    @Option(help: ArgumentHelp("Only those that ask for somebody of this name.", valueName: "name"))
    var approver: String?

    @OptionGroup var control: ControlOptions

    func validate() throws {
        if all, status != nil { throw ValidationError("--all and --status exclude each other") }
    }

    func run() throws {
        let path = ControlPath(stringLiteral: "/v1/approvals").with("status", all ? "all" : status)
            .with("approver", approver)
        try control.session.show(
            control.session.all(path),
            ApprovalText.table,
            ifEmpty: all || status != nil ? "there is no such approval" : "nothing waits for a decision"
        )
    }
}
