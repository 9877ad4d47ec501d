internal import Synchronization

/// A key of a compiled directory: whose it is, until when, and when it was last used.
package final class HeldKey: Sendable {
    package let agent: CompiledAgent
    /// Its id in the store; `nil` for one of the configuration file.
    package let id: String?
    /// Seconds since 1970 at which it ends; `nil` is never.
    let expiresAt: Int64?
    /// Seconds since 1970; 0 is not since it was compiled.
    private let lastUse: Atomic<Int64>

    /// Takes over from `former` when it was last used.
    init(_ key: AgentKey, of agent: CompiledAgent, replacing former: HeldKey?) {
        lastUse = Atomic(former?.lastUse.load(ordering: .relaxed) ?? 0)
        self.agent = agent
        id = key.id
        expiresAt = key.expiresAt
    }

    /// Whether it opens anything at this time, in seconds since 1970.
    func isValid(at seconds: Int64) -> Bool { expiresAt.map { seconds < $0 } ?? true }

    /// Notes that it was shown, in seconds since 1970.
    func noteUse(at seconds: Int64) {
        guard id != nil, lastUse.load(ordering: .relaxed) < seconds else { return }
        lastUse.store(seconds, ordering: .relaxed)
    }

    /// When it was last used since the last call, in seconds since 1970; `nil` if it was not.
    package func takeLastUse() -> Int64? {
        let seconds = lastUse.exchange(0, ordering: .relaxed)
        return seconds == 0 ? nil : seconds
    }
}
