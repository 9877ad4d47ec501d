package import PosternCore
internal import Synchronization

/// Programs of one agent in a network namespace of their own, which can reach nothing but the listeners in it.
///
/// What comes in there is the agent's, without a key.
package final class Sandbox: Sendable {
    package let id: String
    /// The agent's name.
    package let agent: String
    /// The agent's id in the store, so that another of its name is not taken for it; `nil` for one of the configuration.
    package let agentID: String?
    /// Who started it.
    package let userID: UInt32
    package let processID: Int32
    private let hasEnded = Atomic<Bool>(false)

    /// Names it by chance: what is named is a record in the audit log.
    package init(agent: CompiledAgent, userID: UInt32, processID: Int32) {
        id = Sandbox.newID()
        self.agent = agent.name
        agentID = agent.id
        self.userID = userID
        self.processID = processID
    }

    /// One that was there before a restart.
    package init(id: String, agent: String, agentID: String?, userID: UInt32, processID: Int32) {
        self.id = id
        self.agent = agent
        self.agentID = agentID
        self.userID = userID
        self.processID = processID
    }

    /// Whether requests from it are still taken.
    var isOpen: Bool { !hasEnded.load(ordering: .acquiring) }

    func end() { hasEnded.store(true, ordering: .releasing) }

    /// Sixteen hexadecimal digits.
    private static func newID() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
