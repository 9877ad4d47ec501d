import ArgumentParser
import PosternCLI
import PosternControl

struct ApprovalDeny: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "Refuse a request, whatever others say."
    )

    @OptionGroup var arguments: ApprovalArguments

    @Option(help: ArgumentHelp("Why; whoever asked is told.", valueName: "text"))
    var reason: String?

    @OptionGroup var control: ControlOptions

    func run() throws {
        var request = ApprovalDenyRequest()
        request.approver = arguments.approver
        request.reason = reason
        let approval: ApprovalEntry = try control.session.call(.post, arguments.path("deny"), body: request)
        try control.session.done(approval, "denied; nothing is sent")
    }
}
