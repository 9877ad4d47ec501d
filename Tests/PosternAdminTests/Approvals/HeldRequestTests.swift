import PosternAdmin
import PosternCore
import Testing

@Suite("Approvals of requests through the plain proxy")
struct HeldRequestTests {
    private static let held = ApprovalRoute.proxy(patience: .seconds(20))
    private static let brief = ApprovalRoute.proxy(patience: .milliseconds(20))

    private static func pending(_ made: ApprovalOffice) async throws -> PendingApproval {
        let answer = await made.answer(by: brief)
        guard case .pending(let pending) = answer else { throw ApprovalOffice.Unexpected(answer: "\(answer)") }
        return pending
    }

    /// Waits until so many requests wait.
    private static func decide(
        _ made: ApprovalOffice,
        _ decision: @Sendable (String) async throws -> Void
    ) async throws {
        var id: String?
        while id == nil {
            id = try await made.board.cases(for: ApprovalOffice.operatorAtSocket).first?.status.id
            try await Task.sleep(for: .milliseconds(5))
        }
        try await decision(id ?? "")
    }

    @Test("A request that is held is let through when it is approved")
    func approved() async throws {
        let made = try await ApprovalOffice.started()
        async let answer = made.answer(by: HeldRequestTests.held)
        try await HeldRequestTests.decide(made) {
            _ = try await made.board.approve($0, by: ApprovalOffice.operatorAtSocket)
        }
        #expect(await answer.word == "granted")
        #expect(made.carrier.sent.isEmpty)
    }

    @Test("A request that is held is denied with it, and so is the next identical one")
    func denied() async throws {
        let made = try await ApprovalOffice.started()
        async let answer = made.answer(by: HeldRequestTests.held)
        try await HeldRequestTests.decide(made) {
            _ = try await made.board.deny($0, reason: nil, by: ApprovalOffice.operatorAtSocket)
        }
        #expect(await answer.word == "denied")
        #expect(await made.answer(by: HeldRequestTests.brief).word == "denied")
        made.office.time.pass(.seconds(3600))
        #expect(await made.answer(by: HeldRequestTests.brief).word == "pending")
    }

    @Test("What is approved afterwards is let through once, when it is sent again")
    func again() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await HeldRequestTests.pending(made)
        #expect(try await HeldRequestTests.pending(made).id == pending.id)
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        #expect(await made.answer(.sample(body: "other"), by: HeldRequestTests.brief).word == "pending")
        #expect(await made.answer(by: HeldRequestTests.brief).word == "granted")
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .executed)
        guard case .sent? = try await made.board.result(pending.id, of: .agent("bot")) else {
            Issue.record("the result is another")
            return
        }
        let next = try await HeldRequestTests.pending(made)
        #expect(next.id != pending.id)
    }

    @Test("Of fifty identical requests one is let through")
    func race() async throws {
        let made = try await ApprovalOffice.started()
        let words = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { await made.answer(by: HeldRequestTests.held).word } }
            group.addTask {
                try await HeldRequestTests.decide(made) {
                    _ = try await made.board.approve($0, by: ApprovalOffice.operatorAtSocket)
                }
                return "decided"
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // Those that come after it was used are asked about anew.
        #expect(words.count { $0 == "granted" } == 1)
        #expect(words.count { $0 == "decided" } == 1)
        #expect(words.allSatisfy { ["granted", "decided", "pending"].contains($0) || $0.hasPrefix("refused") })
    }

    @Test("What was let through and not sent is let through again, once")
    func givenBack() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await HeldRequestTests.pending(made)
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        #expect(await made.answer(by: HeldRequestTests.brief).word == "granted")
        made.board.giveBack(pending.id)
        while try await made.board.status(pending.id, of: .agent("bot"))?.status != .approved { await Task.yield() }
        #expect(await made.answer(by: HeldRequestTests.brief).word == "granted")
        #expect(await made.answer(by: HeldRequestTests.brief).word == "pending")
    }

    @Test("An approval is used soon or not at all")
    func late() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await HeldRequestTests.pending(made)
        made.office.time.pass(.seconds(3599))
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        made.office.time.pass(.seconds(301))
        let next = try await HeldRequestTests.pending(made)
        #expect(next.id != pending.id)
        try await made.board.expireDue()
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .expired)
    }

    @Test("The API and the plain proxy do not share approvals")
    func apart() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        #expect(try await HeldRequestTests.pending(made).id != pending.id)
    }

    @Test("When the daemon stops nobody is kept waiting")
    func stop() async throws {
        let made = try await ApprovalOffice.started()
        async let answer = made.answer(by: HeldRequestTests.held)
        try await HeldRequestTests.decide(made) { _ in await made.board.stop() }
        #expect(await answer.word == "pending")
    }
}
