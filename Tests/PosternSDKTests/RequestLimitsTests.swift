import Testing

@testable import PosternSDK

@Suite struct RequestLimitsTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("the tightest of several limits is told, and counts down")
    func countsDown() throws {
        let limits = RequestLimits()
        let rates: [(holder: RequestLimits.Holder, rate: Int?)] = [(.key("k"), 3), (.agent("a"), 10)]
        for left in [2, 1, 0] {
            let fields = try limits.count(rates, now: 100 * RequestLimitsTests.second, seconds: 1000)
            #expect(fields.first { $0.name == "x-ratelimit-limit" }?.value == "3")
            #expect(fields.first { $0.name == "x-ratelimit-remaining" }?.value == "\(left)")
            #expect(fields.first { $0.name == "x-ratelimit-reset" }?.value == "\(1000 + 20 * (3 - left))")
        }
        let refusal = #expect(throws: SDKRefusal.self) {
            try limits.count(rates, now: 100 * RequestLimitsTests.second, seconds: 1000)
        }
        #expect(refusal?.status == 429)
        #expect(refusal?.code == "rate_limit_exceeded")
        #expect(refusal?.fields.first { $0.name == "retry-after" }?.value == "20")
    }

    @Test("what is used up comes back evenly")
    func refills() throws {
        let limits = RequestLimits()
        for _ in 0..<2 { _ = try limits.count([(.key("k"), 2)], now: 0, seconds: 0) }
        #expect(throws: SDKRefusal.self) {
            try limits.count([(.key("k"), 2)], now: 29 * RequestLimitsTests.second, seconds: 29)
        }
        _ = try limits.count([(.key("k"), 2)], now: 31 * RequestLimitsTests.second, seconds: 31)
    }

    @Test("keys are counted apart, and without a limit nothing is told")
    func apart() throws {
        let limits = RequestLimits()
        _ = try limits.count([(.key("a"), 1)], now: 0, seconds: 0)
        _ = try limits.count([(.key("b"), 1)], now: 0, seconds: 0)
        #expect(try limits.count([(.key("c"), nil)], now: 0, seconds: 0).isEmpty)
    }
}
