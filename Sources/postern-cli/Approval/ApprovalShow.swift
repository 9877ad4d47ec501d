import ArgumentParser
import PosternCLI

struct ApprovalShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what will be sent, in words."
    )

    @OptionGroup var arguments: ApprovalArguments
    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let approval = try arguments.entry(in: session)
        try session.show(approval, ApprovalText.text(approval, session.palette))
    }
}
