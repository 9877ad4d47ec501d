import ArgumentParser
import PosternCLI
import PosternControl

struct Agents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Create agents, pause, resume and revoke them.",
        discussion: """
            An agent is whoever calls through the proxy. Without a grant it reaches nothing. Each change holds from its \
            next request on, also on connections that are open.
            """,
        subcommands: [
            AgentCreate.self, AgentList.self, AgentShow.self, AgentUpdate.self, AgentPause.self, AgentResume.self,
            AgentRevoke.self,
        ]
    )
}

/// An agent that a command is about.
struct AgentArgument: ParsableArguments {
    @Argument(help: "The agent's name or id.", completion: .agents)
    var agent: String

    /// Does one of the things that can be done to it.
    func act(_ verb: String, in session: ControlSession) throws -> AgentAnswer {
        try session.call(.post, "/v1/agents/\(agent)/\(verb)", naming: [agent])
    }
}
