/// Where sandboxes are registered, and by whom.
package struct RunSettings: Hashable, Sendable {
    /// Where the socket for that is.
    package enum Socket: Hashable, Sendable {
        /// `run.sock` in the directory that the service manager assigns for sockets, or else in the state directory.
        case usual
        case path(String)
        /// Nowhere: nobody runs agents.
        case off
    }

    package var socket = Socket.usual
    /// The most sandboxes at once.
    package var maxSandboxes = 256
    /// Who else than root and the daemon's own user may run agents.
    package var runners: [RunnerRule] = []

    package init() {}

    /// Whether a user may run an agent.
    package func allows(userID: UInt32, agent: String) -> Bool {
        runners.contains { $0.userIDs.contains(userID) && $0.covers(agent) }
    }
}

/// That some users may run some agents.
package struct RunnerRule: Hashable, Sendable {
    package let userIDs: [UInt32]
    package let agents: [AgentPattern]

    package init(userIDs: [UInt32], agents: [AgentPattern]) {
        self.userIDs = userIDs
        self.agents = agents
    }

    func covers(_ agent: String) -> Bool { agents.contains { $0.covers(agent) } }
}
