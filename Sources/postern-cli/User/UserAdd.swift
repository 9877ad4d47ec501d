import ArgumentParser
import PosternCLI
import PosternControl

struct UserAdd: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a user.")

    @Argument(help: "What the identity provider calls the person.")
    var subject: String

    @Option(help: ArgumentHelp("The person's name.", valueName: "text"))
    var name: String?

    @Option(help: "A group the person is in; may be repeated.")
    var group: [String] = []

    @OptionGroup var control: ControlOptions

    func run() throws {
        var request = UserCreateRequest(subject: subject)
        request.displayName = name
        request.groups = group.isEmpty ? nil : group
        let user: UserAnswer = try control.session.call(.post, "/v1/users", body: request)
        try control.session.done(user, "user \(user.subject) is added")
    }
}
