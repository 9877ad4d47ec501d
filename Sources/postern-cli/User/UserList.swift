import ArgumentParser
import PosternCLI
import PosternControl

struct UserList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List users.")

    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.session.show(
            control.session.all("/v1/users"),
            UserText.table,
            ifEmpty: "there is no user yet; `postern user add SUBJECT` adds one"
        )
    }
}
