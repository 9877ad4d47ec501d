import ArgumentParser
import PosternCLI
import PosternControl

struct AgentResume: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a paused agent go on."
    )

    @OptionGroup var argument: AgentArgument
    @OptionGroup var control: ControlOptions

    func run() throws {
        let agent = try argument.act("resume", in: control.session)
        try control.session.done(
            agent,
            "agent \(agent.name) is active again"
        )
    }
}
