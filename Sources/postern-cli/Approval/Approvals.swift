import ArgumentParser
import PosternCLI
import PosternControl

struct Approvals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval",
        abstract: "Decide about requests that a person has to approve.",
        discussion: """
            A request that is approved is sent as it was frozen, once. One that asks for several persons is sent when the \
            last of them has approved; one denial ends it.
            """,
        subcommands: [ApprovalList.self, ApprovalShow.self, ApprovalApprove.self, ApprovalDeny.self]
    )
}

/// An approval that a command is about, and in whose name.
struct ApprovalArguments: ParsableArguments {
    @Argument(help: "The approval's id, or that of one of its gates.")
    var id: String

    @Option(help: ArgumentHelp("Decide in the name of somebody whom it asks by name.", valueName: "name"))
    var approver: String?

    func path(_ verb: String) -> ControlPath { "/v1/approvals/\(id)/\(verb)" }

    /// The request in words.
    func entry(in session: ControlSession) throws -> ApprovalEntry {
        let path: ControlPath = "/v1/approvals/\(id)"
        return try session.call(.get, path.with("approver", approver))
    }
}
