import ArgumentParser
import PosternCLI
import PosternControl

struct AgentRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke an agent, its keys, its grants and the agents below it, for ever."
    )

    @OptionGroup var argument: AgentArgument
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm(
            "revoke agent \(argument.agent), its keys, its grants and the agents below it for ever?"
        )
        let agent = try argument.act("revoke", in: control.session)
        try control.session.done(agent, "agent \(agent.name) is revoked, with its keys and grants")
    }
}
