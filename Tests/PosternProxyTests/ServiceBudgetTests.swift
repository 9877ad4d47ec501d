import PosternCore
import Testing

@testable import PosternProxy

@Suite("ServiceBudget")
struct ServiceBudgetTests {
    private static let mebibyte = 1 << 20

    private let budget = ServiceBudget()

    @Test("each who asks has 24 MiB, and all together 96") func bytes() {
        #expect(budget.hold(24 * Self.mebibyte, for: .agent("a")))
        #expect(!budget.hold(1, for: .agent("a")))
        #expect(budget.hold(0, for: .agent("a")))
        #expect(!budget.hold(24 * Self.mebibyte + 1, for: .app))
        // What was refused is not held.
        #expect(budget.hold(24 * Self.mebibyte, for: .app))
        #expect(budget.hold(24 * Self.mebibyte, for: .user("a")))
        #expect(budget.hold(24 * Self.mebibyte - 1, for: nil))
        #expect(!budget.hold(2, for: .agent("b")))
        #expect(budget.hold(1, for: .agent("b")))
        budget.letGo(2, for: .agent("a"))
        #expect(budget.hold(1, for: .agent("b")))
        #expect(budget.hold(1, for: .agent("a")))
        #expect(!budget.hold(1, for: .agent("a")))
    }

    @Test("each who asks has 512 requests, those whom nobody knows together, and all 2048") func requests() {
        let holders: [PrincipalID?] = [.agent("a"), .user("a"), .app, nil]
        for holder in holders {
            #expect((0..<512).allSatisfy { _ in budget.begin(for: holder) })
            #expect(!budget.begin(for: holder))
        }
        #expect(!budget.begin(for: .agent("b")))
        budget.end(for: nil)
        #expect(!budget.begin(for: .app))
        #expect(budget.begin(for: .agent("b")))
        #expect(!budget.begin(for: nil))
        budget.end(for: .agent("b"))
        #expect(budget.begin(for: nil))
    }

    @Test("requests and bytes are counted apart") func apart() {
        #expect((0..<512).allSatisfy { _ in budget.begin(for: .app) })
        #expect(budget.hold(24 * Self.mebibyte, for: .app))
        for _ in 0..<512 { budget.end(for: .app) }
        #expect(!budget.hold(1, for: .app))
        budget.letGo(24 * Self.mebibyte, for: .app)
        #expect(budget.begin(for: .app) && budget.hold(24 * Self.mebibyte, for: .app))
    }
}
