import ArgumentParser
import PosternCLI
import PosternControl

struct GrantList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List grants.")

    @Option(help: "Only this agent's.", completion: .agents)
    var agent: String?

    @Option(help: "Only those of this secret.", completion: .secrets)
    var secret: String?

    @Flag(help: "Also those that were revoked.")
    var all = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let path = ControlPath(stringLiteral: "/v1/grants").with("agent", agent).with("secret", secret)
            .with("include_revoked", all ? true : nil)
        try control.session.show(
            control.session.all(path, naming: [agent, secret].compactMap { $0 }),
            GrantText.table,
            ifEmpty: "there is no such grant; `postern grant create --agent AGENT --secret SECRET` makes one"
        )
    }
}
