import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct GrantRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a grant and all below it; running answers are cut.",
        discussion: "The ids of the grants that ended go to standard output."
    )

    @Argument(help: "The grant's id.")
    var id: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("end grant \(id) and all below it?")
        let answer: GrantRevocationAnswer = try control.session.call(.post, "/v1/grants/\(id)/revoke")
        let count = answer.revoked.count
        try control.session.done(answer, "\(count) grant\(count == 1 ? " is" : "s are") revoked")
        if !control.json { Output.write(answer.revoked.map { $0 + "\n" }.joined()) }
    }
}
