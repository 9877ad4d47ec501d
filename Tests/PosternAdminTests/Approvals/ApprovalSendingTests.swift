import PosternAdmin
import PosternCore
import Testing

@Suite("Sending what was approved")
struct ApprovalSendingTests {
    @Test("What the pipeline asks about must be what was approved")
    func tampered() async throws {
        let made = try await ApprovalOffice.started()
        let changes: [@Sendable (inout FrozenRequest) -> Void] = [
            { $0.body = Array("{}".utf8) }, { $0.url += "&x=1" }, { $0.method = .delete },
            { $0.fields.append(FrozenField(name: "x", value: "y")) }, { $0.asker = .app }, { $0.grant = "other" },
        ]
        for change in changes {
            made.carrier.tamper(change)
            let pending = try await made.ask()
            _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
            let status = try await made.final(pending.id)
            #expect(status?.status == .failed)
            #expect(status?.failure == "policy_denied")
        }
        #expect(made.carrier.sent.isEmpty)
    }

    @Test("What was revoked meanwhile fails")
    func revoked() async throws {
        let made = try await ApprovalOffice.started()
        made.carrier.answer(with: .refused(.noGrant(destination: "x")))
        let pending = try await made.ask()
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        #expect(try await made.final(pending.id)?.failure == "no_grant")
        guard case .failed(code: "no_grant")? = try await made.board.result(pending.id, of: .agent("bot")) else {
            Issue.record("the result is not the failure")
            return
        }
    }

    @Test("Nobody may use the permission of an execution")
    func stolen() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        #expect(await made.answer(by: .execution(approval: pending.id)).word == "refused: it is not what was approved")
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        _ = try await made.final(pending.id)
        #expect(await made.answer(by: .execution(approval: pending.id)).word == "refused: it is not what was approved")
        #expect(made.carrier.sent.count == 1)
    }

    @Test("Of fifty who approve at once, one does, and it is sent once")
    func concurrent() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        let count = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await code {
                        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
                    } == "accepted"
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(count == 1)
        #expect(try await made.final(pending.id)?.status == .executed)
        #expect(made.carrier.sent.count == 1)
    }

    @Test("After a restart what was approved is sent, and what was being sent is not sent again")
    func restart() async throws {
        let office = try Office()
        let first = try ApprovalOffice(office)
        let approved = try await first.ask()
        _ = try await first.board.approve(approved.id, by: ApprovalOffice.operatorAtSocket)
        #expect(first.carrier.sent.isEmpty)
        let second = try await ApprovalOffice.started(office)
        #expect(try await second.final(approved.id)?.status == .executed)
        #expect(second.carrier.sent.count == 1)
        second.carrier.block()
        let executing = try await second.ask()
        _ = try await second.board.approve(executing.id, by: ApprovalOffice.operatorAtSocket)
        while second.carrier.sent.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        let third = try await ApprovalOffice.started(office)
        let status = try await third.final(executing.id)
        #expect(status?.status == .failed)
        #expect(status?.failure == "outcome_unknown")
        #expect(third.carrier.sent.isEmpty)
    }

    @Test("An answer that could not be written down is written down later")
    func unwritten() async throws {
        let made = try await ApprovalOffice.started()
        let sink = made.office.sink
        made.carrier.tamper { _ in sink.refuses = true }
        let pending = try await made.ask()
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        while made.carrier.sent.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        try await Task.sleep(for: .milliseconds(50))
        sink.refuses = false
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .executing)
        try await made.board.expireDue()
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .executed)
        #expect(made.carrier.sent.count == 1)
    }
}
