import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct ApprovalApprove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Let a request be sent, as it was frozen, once.",
        discussion: "On a terminal the request is shown before the question."
    )

    @OptionGroup var arguments: ApprovalArguments

    @Flag(help: "Also what is not shown of it, for it is long.")
    var unseen = false

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        if !confirmation.yes {
            Output.writeError(ApprovalText.text(try arguments.entry(in: session), session.palette))
            try confirmation.confirm("approve this?")
        }
        var request = ApprovalApproveRequest()
        request.approver = arguments.approver
        request.unseen = unseen ? true : nil
        let approval: ApprovalEntry = try session.call(.post, arguments.path("approve"), body: request)
        let open = approval.gates.filter { $0.status == "pending" }
        guard open.isEmpty else {
            let names = open.map { $0.approver ?? "any operator" }.joined(separator: ", ")
            return try session.done(approval, "approved; it still waits for \(names)")
        }
        try session.done(
            approval,
            approval.sender == "daemon" ? "approved; it is being sent" : "approved; its client may send it, once",
            hint: "`postern approval show \(approval.id)` shows what becomes of it"
        )
    }
}
