internal import PosternCore
internal import Synchronization

/// The little that event loops share: counts that are atomic, values that never change, and the
/// tokens that were issued through any of them.
final class SharedState: Sendable {
    /// Nanoseconds since 1970 at which the process started.
    let startedAt: Int64
    let attempts = AttemptLimiter()
    let sealedTokens = SealedTokens()
    /// Where uses of grants are counted that are used up by them.
    let uses: any UseLedger
    let desks: ProxyDesks
    let refusedTokens = RefusedTokens()
    private let connections = Atomic<Int>(0)

    init(startedAt: Int64, uses: any UseLedger, desks: ProxyDesks) {
        self.desks = desks
        self.startedAt = startedAt
        self.uses = uses
    }

    /// Counts a client connection in; `false` if there are `most` already.
    func connectionBegan(most: Int) -> Bool {
        if connections.add(1, ordering: .relaxed).newValue <= most { return true }
        connections.subtract(1, ordering: .relaxed)
        return false
    }

    func connectionEnded() { connections.subtract(1, ordering: .relaxed) }

    /// What is held of bodies that are looked into.
    let held = HeldBytes()

    /// What requests to Postern itself may hold.
    let service = ServiceBudget()

    var connectionCount: Int { connections.load(ordering: .relaxed) }
}
