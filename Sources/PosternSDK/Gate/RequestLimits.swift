internal import PosternCore
internal import Synchronization

/// How often each key, and each agent, may ask the API.
///
/// Requests to the API are counted apart from those that agents send to upstreams.
final class RequestLimits: Sendable {
    /// What is counted on its own.
    enum Holder: Hashable, Sendable {
        case key(String)
        case agent(String)
    }

    /// When there are more, all are forgotten: they are bound by how many keys and agents there are.
    private static let maxLimiters = 4096

    private let limiters = Mutex<[Holder: Limiter]>([:])

    /// Counts a request, and says what is left of the tightest limit.
    ///
    /// `now` is in nanoseconds of the monotonic clock; `seconds` since 1970.
    func count(_ caller: [(holder: Holder, rate: Int?)], now: UInt64, seconds: Int64) throws(SDKRefusal) -> [Field] {
        var tightest: (rate: Int, remaining: Int, fullIn: UInt64)?
        for (holder, rate) in caller {
            guard let rate else { continue }
            let limiter = limiter(holder, rate)
            do { try limiter.enter(now: now) } catch {
                guard case .rateLimited(let wait, let limit) = error else { continue }
                throw RequestLimits.refusal(wait: wait, limit: limit, now: seconds)
            }
            guard let left = limiter.allowance(now: now), left.remaining < tightest?.remaining ?? .max else { continue }
            tightest = (rate, left.remaining, left.fullIn)
        }
        guard let tightest else { return [] }
        let full = seconds + Int64((tightest.fullIn + 999_999_999) / 1_000_000_000)
        return RequestLimits.fields(limit: tightest.rate, remaining: tightest.remaining, reset: full)
    }

    typealias Field = (name: String, value: String)

    private static func fields(limit: Int, remaining: Int, reset: Int64) -> [Field] {
        [
            ("x-ratelimit-limit", "\(limit)"), ("x-ratelimit-remaining", "\(remaining)"),
            ("x-ratelimit-reset", "\(reset)"),
        ]
    }

    private static func refusal(wait: Int, limit: Int, now: Int64) -> SDKRefusal {
        var refusal = SDKRefusal.tooOften(scope: "api_key", wait: wait)
            .with("limit", .integer(limit))
            .with("window_seconds", .integer(60))
        refusal.fields += fields(limit: limit, remaining: 0, reset: now + Int64(wait))
        return refusal
    }

    private func limiter(_ holder: Holder, _ rate: Int) -> Limiter {
        limiters.withLock { limiters in
            if let known = limiters[holder], known.limits.requestsPerMinute == rate { return known }
            let fresh = Limiter(limits: Limits(requestsPerMinute: rate))
            if limiters.count >= RequestLimits.maxLimiters { limiters.removeAll() }
            limiters[holder] = fresh
            return fresh
        }
    }
}

extension SDKRefusal {
    /// Too many requests, or wrong keys, from one key or address.
    static func tooOften(scope: String, wait: Int) -> SDKRefusal {
        var refusal = SDKRefusal(status: 429, code: "rate_limit_exceeded", message: "too many requests; wait")
            .with("scope", .text(scope))
            .with("retry_after", .integer(wait))
        refusal.fields.append(("retry-after", "\(wait)"))
        return refusal
    }
}
