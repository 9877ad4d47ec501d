internal import Synchronization

/// The rate and the number at once of one agent's or one rule's requests, shared by all event loops without a lock.
package final class Limiter: Sendable {
    /// The limits it keeps.
    package let limits: Limits
    /// The generic cell rate algorithm's theoretical arrival time, in nanoseconds of the monotonic clock.
    private let arrival = Atomic<UInt64>(0)
    private let running = Atomic<Int>(0)

    private static let minute: UInt64 = 60_000_000_000

    /// That of everything without a limit.
    static let unlimited = Limiter(limits: Limits())

    package init(limits: Limits) { self.limits = limits }

    /// Admits a request or says which limit it meets.
    ///
    /// An admitted request is ended with ``leave()``.
    ///
    /// A minute's worth of requests may come at once; after that they are admitted evenly.
    ///
    /// `now` is in nanoseconds of the monotonic clock.
    ///
    /// - Throws: ``ProxyError/rateLimited(retryAfterSeconds:limit:)`` or ``ProxyError/tooManyRequests(limit:)``.
    package func enter(now: UInt64) throws(ProxyError) {
        if let most = limits.concurrentRequests {
            let before = running.add(1, ordering: .relaxed).oldValue
            if before >= most {
                running.subtract(1, ordering: .relaxed)
                throw .tooManyRequests(limit: most)
            }
        }
        guard let rate = limits.requestsPerMinute else { return }
        if let wait = waitBeforeNext(rate: UInt64(rate), now: now) {
            leave()
            let seconds = Int((wait + 999_999_999) / 1_000_000_000)
            throw .rateLimited(retryAfterSeconds: max(1, seconds), limit: rate)
        }
    }

    /// Ends an admitted request.
    package func leave() {
        if limits.concurrentRequests != nil { running.subtract(1, ordering: .relaxed) }
    }

    /// How many requests the rate admits at once now, and in how many nanoseconds it is a whole minute's worth again;
    /// `nil` if there is no rate.
    package func allowance(now: UInt64) -> (remaining: Int, fullIn: UInt64)? {
        guard let rate = limits.requestsPerMinute else { return nil }
        guard rate > 0 else { return (0, Limiter.minute) }
        let seen = arrival.load(ordering: .relaxed)
        let ahead = seen > now ? seen - now : 0
        let free = ahead < Limiter.minute ? Limiter.minute - ahead : 0
        return (min(rate, Int(free / (Limiter.minute / UInt64(rate)))), ahead)
    }

    /// Counts a request against the rate; returns the nanoseconds to wait if the rate is used up.
    private func waitBeforeNext(rate: UInt64, now: UInt64) -> UInt64? {
        guard rate > 0 else { return Limiter.minute }
        let interval = Limiter.minute / rate
        var seen = arrival.load(ordering: .relaxed)
        while true {
            let next = max(seen, now) + interval
            if next - now > Limiter.minute { return next - now - Limiter.minute }
            let (exchanged, original) = arrival.compareExchange(expected: seen, desired: next, ordering: .relaxed)
            if exchanged { return nil }
            seen = original
        }
    }
}
