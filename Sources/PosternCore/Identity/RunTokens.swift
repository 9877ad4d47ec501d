internal import Synchronization

/// What programs show in place of a key that `postern run` starts without a network of their own: each is an agent's for as
/// long as the wrapper is there, and kept in memory alone.
package final class RunTokens: Sendable {
    /// A token that is in force.
    package struct Lent: Sendable {
        fileprivate let digest: KeyDigest
        /// The agent's name.
        package let agent: String
    }

    private struct Holder {
        let name: String
        /// The agent's id in the store, so that another of its name is not taken for it.
        let id: String?
    }

    private static let byteCount = 32

    private let holders = Mutex<[KeyDigest: Holder]>([:])
    /// How many there are: where there is none, nothing is locked for a wrong key.
    private let count = Atomic<Int>(0)

    init() {}

    /// Makes one for an agent, in force until ``end(_:)``.
    package func lend(to agent: CompiledAgent) -> (token: String, lent: Lent) {
        let random = HexDigit.text(of: PlaceholderKey.randomBytes(RunTokens.byteCount))
        let token = "postern_run_" + String(decoding: random, as: UTF8.self)
        let digest = KeyDigest(ofKey: token.utf8)
        holders.withLock { $0[digest] = Holder(name: agent.name, id: agent.id) }
        count.add(1, ordering: .releasing)
        return (token, Lent(digest: digest, agent: agent.name))
    }

    /// Ends one: the next request that shows it is refused.
    package func end(_ lent: Lent) {
        guard holders.withLock({ $0.removeValue(forKey: lent.digest) }) != nil else { return }
        count.subtract(1, ordering: .releasing)
    }

    /// Whether it is one.
    func contains(_ digest: KeyDigest) -> Bool {
        count.load(ordering: .acquiring) > 0 && holders.withLock { $0[digest] != nil }
    }

    /// Whose it is, as a directory has the agent.
    func agent(of digest: KeyDigest, in directory: Directory) -> CompiledAgent? {
        guard count.load(ordering: .acquiring) > 0, let holder = holders.withLock({ $0[digest] }),
            let agent = directory.agent(named: holder.name), agent.id == holder.id
        else { return nil }
        return agent
    }
}
