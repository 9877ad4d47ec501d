import ArgumentParser
import PosternCLI
import PosternControl

struct UserRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a user and end the grants for the person."
    )

    @Argument(help: "The user's subject or id.")
    var user: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("remove user \(user) and the grants for the person?")
        let answer: RemovalAnswer = try control.session.call(.delete, "/v1/users/\(user)", naming: [user])
        try control.session.done(answer, "user \(user) is removed")
    }
}
