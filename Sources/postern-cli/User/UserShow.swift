import ArgumentParser
import PosternCLI
import PosternControl

struct UserShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show what is known of a user.")

    @Argument(help: "The user's subject or id.")
    var user: String

    @OptionGroup var control: ControlOptions

    func run() throws {
        let answer: UserAnswer = try control.session.call(.get, "/v1/users/\(user)", naming: [user])
        try control.session.show(answer, UserText.facts(answer))
    }
}
