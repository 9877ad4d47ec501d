import ArgumentParser
import PosternCLI
import PosternControl

struct KeyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the keys of an agent by their beginnings."
    )

    @Argument(help: "The agent, unless --app is given.", completion: .agents)
    var agent: String?

    @OptionGroup var owner: KeyOwnerOptions
    @OptionGroup var control: ControlOptions

    func validate() throws { try owner.check(agent) }

    func run() throws {
        let next = agent.map { "`postern key mint \($0)`" } ?? "`postern key mint --app`"
        try control.session.show(
            control.session.all(owner.path(agent), naming: [agent].compactMap { $0 }),
            KeyText.table,
            ifEmpty: "there is no key yet; \(next) makes one"
        )
    }
}
