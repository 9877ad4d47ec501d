import ArgumentParser
import PosternCLI
import PosternControl

struct UserUpdate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a user; what is not given stays as it is."
    )

    @Argument(help: "The user's subject or id.")
    var user: String

    @Option(help: ArgumentHelp("The person's name.", valueName: "text"))
    var name: String?

    @Option(help: "A group the person is in; may be repeated, and replaces all of them.")
    var group: [String] = []

    @Flag(help: "The person is in no group.")
    var noGroups = false

    @Flag(inversion: .prefixedNo, help: "Whether agents are refused to act for the person.")
    var suspended: Bool?

    @OptionGroup var control: ControlOptions

    func validate() throws {
        if noGroups, !group.isEmpty { throw ValidationError("--group and --no-groups exclude each other") }
        if name == nil, group.isEmpty, !noGroups, suspended == nil {
            throw ValidationError("nothing to change was given")
        }
    }

    func run() throws {
        var request = UserUpdateRequest()
        request.displayName = Patch(ifGiven: name)
        request.groups = group.isEmpty && !noGroups ? nil : group
        request.suspended = suspended
        let answer: UserAnswer = try control.session.call(.patch, "/v1/users/\(user)", body: request, naming: [user])
        try control.session.done(answer, "user \(answer.subject) is changed")
    }
}
