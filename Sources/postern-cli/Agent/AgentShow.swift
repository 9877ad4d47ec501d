import ArgumentParser
import PosternCLI
import PosternControl

struct AgentShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show what is known of an agent.")

    @OptionGroup var argument: AgentArgument
    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let agent: AgentAnswer = try session.call(.get, "/v1/agents/\(argument.agent)", naming: [argument.agent])
        try session.show(agent, AgentText.facts(agent))
    }
}
