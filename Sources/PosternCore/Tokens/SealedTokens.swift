internal import Synchronization

/// The sealed tokens of all agents, shared by the event loops and kept in memory alone.
package final class SealedTokens: Sendable {
    /// What a placeholder of a token came to.
    enum Lookup {
        case found(SealedToken)
        /// It has ended, or was let go for newer ones, or is from before a restart.
        case unknown
        /// It is somebody else's, or for another provider or credential.
        case foreign
    }

    /// What stands in front of the mark.
    static let prefix = Array("postern-token-".utf8)
    static let idLength = 64

    /// The most tokens that are kept for an agent; the oldest goes first.
    static let mostForAgent = 64
    /// How long a token is kept of which the upstream does not say how long it lives, and the most that it may say.
    static let usualLifetimeSeconds = 3600
    static let mostLifetimeSeconds = 30 * 86_400

    private struct State {
        var tokens: [[UInt8]: SealedToken] = [:]
        /// The ids of each agent's tokens, the oldest first.
        var ids: [String: [[UInt8]]] = [:]
    }

    private let state = Mutex(State())
    private let hasSealed = Atomic<Bool>(false)

    package init() {}

    /// Whether a token was ever sealed, so that requests are to be searched for placeholders.
    var isInUse: Bool { hasSealed.load(ordering: .relaxed) }

    /// Keeps a token and returns its placeholder.
    ///
    /// With `now`: nanoseconds of the monotonic clock.
    func seal(_ value: Secret, owner: SealedToken.Owner, lifetimeSeconds: Int?, now: UInt64, mark: [UInt8]) -> [UInt8] {
        let seconds = min(max(lifetimeSeconds ?? Self.usualLifetimeSeconds, 1), Self.mostLifetimeSeconds)
        let token = SealedToken(value, owner: owner, end: now + UInt64(seconds) * 1_000_000_000)
        let id = HexDigit.text(of: PlaceholderKey.randomBytes(Self.idLength / 2))
        state.withLock { state in
            var ids = state.ids[owner.agent, default: []].filter { id in
                guard state.tokens[id].map({ $0.end <= now }) ?? true else { return true }
                state.tokens[id] = nil
                return false
            }
            while ids.count >= Self.mostForAgent { state.tokens[ids.removeFirst()] = nil }
            ids.append(id)
            state.ids[owner.agent] = ids
            state.tokens[id] = token
        }
        hasSealed.store(true, ordering: .relaxed)
        return Self.prefix + mark + id
    }

    /// The token of a placeholder, if `owner` may use it now.
    func token(_ id: [UInt8], for owner: SealedToken.Owner, now: UInt64) -> Lookup {
        guard let token = state.withLock({ $0.tokens[id] }) else { return .unknown }
        guard token.owner == owner else { return .foreign }
        return token.end > now ? .found(token) : .unknown
    }
}
