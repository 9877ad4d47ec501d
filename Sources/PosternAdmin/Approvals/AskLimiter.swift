internal import PosternCore
internal import Synchronization

/// How often persons are asked by whom, so that those who ask too often cost nothing but that answer.
///
/// Each may ask for twice what may wait, and once more each ten seconds. Who had as many waiting as may is told so again
/// without the store, until a moment later.
final class AskLimiter: Sendable {
    private struct Asked {
        /// When all that was asked would have been, at the pace that lasts.
        var end: Int64 = 0
        /// Until when as many wait as may, unless something is decided.
        var full: (until: Int64, count: Int)?
    }

    private static let interval: Int64 = 10_000_000_000
    private static let second: Int64 = 1_000_000_000
    /// When there are more, those who have not asked for a while are forgotten.
    private static let maxAskers = 4096

    private let askers = Mutex<[Asker: Asked]>([:])

    /// Counts that somebody asks, in nanoseconds since 1970.
    func count(_ asker: Asker, now: Int64, maxPending: Int) throws(AdministrationError) {
        let burst = Int64(2 * max(maxPending, 4)) * AskLimiter.interval
        let refusal = askers.withLock { askers -> AdministrationError? in
            if askers.count >= AskLimiter.maxAskers { askers = askers.filter { $0.value.end > now } }
            var asked = askers[asker, default: Asked()]
            if let full = asked.full, (0...AskLimiter.second).contains(full.until - now) {
                return .tooManyApprovals(full.count)
            }
            // The clock may have been put back.
            let end = min(max(asked.end, now), now + burst) + AskLimiter.interval
            guard end - now <= burst else {
                let wait = (end - now - burst + AskLimiter.second - 1) / AskLimiter.second
                return .conflict(code: "approvals_too_often", reason: "it asks too often: wait for \(wait) s")
            }
            asked.end = end
            askers[asker] = asked
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Notes that as many wait as may.
    func noteFull(_ asker: Asker, count: Int, now: Int64) {
        askers.withLock { $0[asker, default: Asked()].full = (now + AskLimiter.second, count) }
    }

    /// Notes that something was decided.
    func noteRoom(_ asker: Asker) { askers.withLock { $0[asker]?.full = nil } }
}
