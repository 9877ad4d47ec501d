internal import Synchronization

/// The limiters of a directory and of those that follow it, so that no change gives anybody a fresh allowance.
package final class LimiterTable: Sendable {
    private struct Kept {
        weak var limiter: Limiter?
    }

    private struct State {
        var kept: [String: Kept] = [:]
        var pruneAt = 1024
    }

    private let state = Mutex(State())

    package init() {}

    /// The limiter of an agent or a rule: the one it had, if it has the same limits, else a fresh one.
    func limiter(_ kind: String, _ id: String, _ limits: Limits) -> Limiter {
        if limits == Limits() { return .unlimited }
        return state.withLock { state in
            let name = "\(kind) \(id)"
            if let known = state.kept[name]?.limiter, known.limits == limits { return known }
            if state.kept.count >= state.pruneAt {
                state.kept = state.kept.filter { $0.value.limiter != nil }
                state.pruneAt = max(1024, 2 * state.kept.count)
            }
            let fresh = Limiter(limits: limits)
            state.kept[name] = Kept(limiter: fresh)
            return fresh
        }
    }
}
