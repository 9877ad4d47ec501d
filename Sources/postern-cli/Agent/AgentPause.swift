import ArgumentParser
import PosternCLI
import PosternControl

struct AgentPause: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Refuse an agent's requests until it is resumed."
    )

    @OptionGroup var argument: AgentArgument
    @OptionGroup var control: ControlOptions

    func run() throws {
        let agent = try argument.act("pause", in: control.session)
        try control.session.done(
            agent,
            "agent \(agent.name) is paused",
            hint: "`postern agent resume \(agent.name)` lets it go on"
        )
    }
}
