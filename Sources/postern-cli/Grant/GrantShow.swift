import ArgumentParser
import PosternCLI
import PosternControl

struct GrantShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show what a grant allows.")

    @Argument(help: "The grant's id.")
    var id: String

    @OptionGroup var control: ControlOptions

    func run() throws {
        let grant: GrantAnswer = try control.session.call(.get, "/v1/grants/\(id)")
        try control.session.show(grant, GrantText.facts(grant))
    }
}
