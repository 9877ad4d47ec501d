internal import Synchronization

/// Makes the guessing of keys dear: each source may be wrong a few times at once and then about once a second; beyond that
/// every guess costs it a connection.
///
/// Only wrong keys count, so an agent that shares a source with a guesser is not slowed.
package final class AttemptLimiter: Sendable {
    private struct State {
        var allowances: [String: (tokens: Double, at: UInt64)] = [:]
    }

    private static let burst = 20.0
    private static let perSecond = 1.0
    /// The most sources that are remembered; when there are more, all are forgotten.
    private static let maxSources = 4096

    private let state = Mutex(State())

    package init() {}

    /// Counts a wrong key; returns whether the source has used up its allowance.
    ///
    /// With `now`: nanoseconds of the monotonic clock.
    package func isExhausted(afterWrongKeyFrom source: String, now: UInt64) -> Bool {
        state.withLock { state in
            let tokens = AttemptLimiter.tokens(of: source, in: state, now: now)
            let isExhausted = tokens < 1
            if state.allowances.count >= AttemptLimiter.maxSources, state.allowances[source] == nil {
                state.allowances.removeAll(keepingCapacity: true)
            }
            state.allowances[source] = (isExhausted ? tokens : tokens - 1, now)
            return isExhausted
        }
    }

    /// Whether a source has used up its allowance, without counting anything.
    package func isExhausted(_ source: String, now: UInt64) -> Bool {
        state.withLock { AttemptLimiter.tokens(of: source, in: $0, now: now) < 1 }
    }

    private static func tokens(of source: String, in state: State, now: UInt64) -> Double {
        let known = state.allowances[source] ?? (burst, now)
        // The loops read the clock at different moments of a turn, so `now` may lie a little before.
        let elapsed = Double(now > known.at ? now - known.at : 0) / 1e9
        return min(burst, known.tokens + elapsed * perSecond)
    }
}
