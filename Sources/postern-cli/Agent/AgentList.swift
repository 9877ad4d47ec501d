import ArgumentParser
import PosternCLI
import PosternControl

struct AgentList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List agents.")

    @Flag(help: "Also those that were revoked.")
    var all = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let path = ControlPath(stringLiteral: "/v1/agents").with("include_revoked", all ? true : nil)
        try control.session.show(
            control.session.all(path),
            AgentText.table,
            ifEmpty: "there is no agent yet; `postern agent create NAME` makes one"
        )
    }
}
