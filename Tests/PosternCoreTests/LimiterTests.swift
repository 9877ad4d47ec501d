import PosternCore
import PosternTestSupport
import Synchronization
import Testing

private let second: UInt64 = 1_000_000_000

private func outcome(_ limiter: Limiter, at now: UInt64) -> String {
    do throws(ProxyError) {
        try limiter.enter(now: now)
        return "in"
    } catch {
        switch error {
        case .rateLimited(let seconds, let limit): return "rate \(limit), wait \(seconds)"
        case .tooManyRequests(let limit): return "too many \(limit)"
        default: return "\(error)"
        }
    }
}

@Suite("Limiter")
struct LimiterTests {
    @Test("without limits everything is let in") func unlimited() {
        let limiter = Limiter(limits: Limits())
        for now in 0..<1_000 { #expect(outcome(limiter, at: UInt64(now)) == "in") }
        for _ in 0..<2_000 { limiter.leave() }
    }

    @Test("a minute's worth at once, then evenly", arguments: [1, 2, 7, 60, 600])
    func rate(rate: Int) {
        let limiter = Limiter(limits: Limits(requestsPerMinute: rate))
        let start = 1_000 * second
        for _ in 0..<rate { #expect(outcome(limiter, at: start) == "in") }
        #expect(outcome(limiter, at: start).hasPrefix("rate \(rate), wait"))
        let interval = 60 * second / UInt64(rate)
        // The interval is rounded down to a nanosecond, so a minute's worth takes a few of them less than a minute.
        #expect(outcome(limiter, at: start + interval - UInt64(rate) - 1).hasPrefix("rate"))
        #expect(outcome(limiter, at: start + interval) == "in")
        #expect(outcome(limiter, at: start + interval).hasPrefix("rate"))
        // After a long rest there is a minute's worth again, and no more.
        let later = start + 3_600 * second
        for _ in 0..<rate { #expect(outcome(limiter, at: later) == "in") }
        #expect(outcome(limiter, at: later).hasPrefix("rate"))
    }

    @Test("the wait is rounded up, and obeyed it suffices") func retryAfter() {
        let limiter = Limiter(limits: Limits(requestsPerMinute: 1))
        #expect(outcome(limiter, at: second) == "in")
        #expect(outcome(limiter, at: second + second / 2) == "rate 1, wait 60")
        #expect(outcome(limiter, at: 60 * second + 1) == "rate 1, wait 1")
        #expect(outcome(limiter, at: 61 * second) == "in")
    }

    @Test("a rate of zero lets nothing in") func zeroRate() {
        let limiter = Limiter(limits: Limits(requestsPerMinute: 0))
        #expect(outcome(limiter, at: second) == "rate 0, wait 60")
        #expect(outcome(limiter, at: 1_000_000 * second) == "rate 0, wait 60")
    }

    @Test("a clock that another loop's is ahead of gives nothing away") func skewedClocks() {
        let limiter = Limiter(limits: Limits(requestsPerMinute: 2))
        #expect(outcome(limiter, at: 100 * second) == "in")
        #expect(outcome(limiter, at: 99 * second) == "rate 2, wait 1")
        #expect(outcome(limiter, at: 100 * second) == "in")
        #expect(outcome(limiter, at: 99 * second).hasPrefix("rate"))
        #expect(outcome(limiter, at: 100 * second).hasPrefix("rate"))
    }

    @Test("so many at once, and one more when one leaves") func concurrency() {
        let limiter = Limiter(limits: Limits(concurrentRequests: 2))
        #expect(outcome(limiter, at: 0) == "in")
        #expect(outcome(limiter, at: 0) == "in")
        #expect(outcome(limiter, at: 0) == "too many 2")
        #expect(outcome(limiter, at: 0) == "too many 2")
        limiter.leave()
        #expect(outcome(limiter, at: 0) == "in")
        #expect(outcome(limiter, at: 0) == "too many 2")
        #expect(outcome(Limiter(limits: Limits(concurrentRequests: 0)), at: 0) == "too many 0")
    }

    @Test("a request that the rate refuses takes no place") func both() {
        let limiter = Limiter(limits: Limits(requestsPerMinute: 1, concurrentRequests: 1))
        #expect(outcome(limiter, at: second) == "in")
        limiter.leave()
        for _ in 0..<5 { #expect(outcome(limiter, at: second).hasPrefix("rate")) }
        #expect(outcome(limiter, at: 61 * second) == "in")
        #expect(outcome(limiter, at: 200 * second) == "too many 1")
    }

    @Test("many threads together get no more than there is") func threads() async {
        let limiter = Limiter(limits: Limits(requestsPerMinute: 500, concurrentRequests: 10_000))
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<1_000).filter { _ in outcome(limiter, at: 10 * second) == "in" }.count }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 500)
    }
}

@Suite("AttemptLimiter")
struct AttemptLimiterTests {
    private func exhaust(_ limiter: AttemptLimiter, _ source: String, at now: UInt64) -> Int {
        (0..<100).filter { _ in !limiter.isExhausted(afterWrongKeyFrom: source, now: now) }.count
    }

    @Test("twenty wrong keys at once, then one a second") func burst() {
        let limiter = AttemptLimiter()
        #expect(exhaust(limiter, "a", at: 5 * second) == 20)
        #expect(limiter.isExhausted(afterWrongKeyFrom: "a", now: 6 * second - 1))
        #expect(exhaust(limiter, "a", at: 7 * second) == 2)
        #expect(exhaust(limiter, "a", at: 7 * second) == 0)
        #expect(exhaust(limiter, "a", at: 1_000 * second) == 20)
    }

    @Test("sources do not share their allowance") func sources() {
        let limiter = AttemptLimiter()
        #expect(exhaust(limiter, "a", at: second) == 20)
        #expect(exhaust(limiter, "b", at: second) == 20)
        #expect(exhaust(limiter, "a", at: second) == 0)
    }

    @Test("a clock that another loop's is ahead of gives nothing back") func skewedClocks() {
        let limiter = AttemptLimiter()
        #expect(exhaust(limiter, "a", at: 10 * second) == 20)
        for _ in 0..<10 {
            #expect(exhaust(limiter, "a", at: 10 * second - 1) == 0)
            #expect(exhaust(limiter, "a", at: 10 * second) == 0)
        }
        #expect(exhaust(limiter, "a", at: 11 * second) == 1)
    }

    @Test("any number of sources is remembered in bounded memory, and each is still counted") func manySources() {
        let limiter = AttemptLimiter()
        for number in 0..<20_000 { #expect(!limiter.isExhausted(afterWrongKeyFrom: "\(number)", now: second)) }
        #expect(exhaust(limiter, "last", at: second) == 20)
    }
}
