import PosternAdmin
import PosternCore
import Testing

@Suite("Deciding about approvals")
struct ApprovalDecidingTests {
    @Test(
        "Everybody who is asked has to approve",
        arguments: [
            ([["ada"], ["bob"]], ["ada", "bob"]), ([["ada", "bob"], ["ada"]], ["ada", "bob"]),
            ([["ada"], []], ["ada", nil]), ([[]], [nil]),
        ] as [([[String]], [String?])]
    )
    func gates(_ approvers: [[String]], _ expected: [String?]) async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(under: approvers.map { ApprovalTerms(approvers: $0) })
        let status = try await made.board.status(pending.id, of: .agent("bot"))
        #expect(status?.gates.map(\.approver) == expected)
        for (index, name) in expected.enumerated() {
            #expect(made.carrier.sent.isEmpty)
            let found = try await made.board.approve(pending.id, by: Approver(name: name, by: Office.olga))
            #expect(found.status == (index == expected.count - 1 ? .approved : .pending))
        }
        #expect(try await made.final(pending.id)?.status == .executed)
    }

    @Test("One denial is enough, and nothing is sent")
    func denied() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(under: [ApprovalTerms(approvers: ["ada", "bob"])])
        _ = try await made.board.approve(pending.id, by: Approver(name: "ada", by: Office.olga))
        _ = try await made.board.deny(pending.id, reason: "too much", by: Approver(name: "bob", by: Office.olga))
        let status = try await made.final(pending.id)
        #expect(status?.status == .denied)
        #expect(status?.decisionReason == "too much")
        #expect(status?.gates.map(\.status) == [.approved, .denied])
        guard case .denied(reason: "too much")? = try await made.board.result(pending.id, of: .agent("bot")) else {
            Issue.record("the result is not the denial")
            return
        }
        #expect(made.carrier.sent.isEmpty)
        await refused("approval_decided") {
            _ = try await made.board.approve(pending.id, by: Approver(name: "bob", by: Office.olga))
        }
    }

    @Test("Nobody decides what others are asked")
    func strangers() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(under: [ApprovalTerms(approvers: ["ada"])])
        let portal = { PortalSession(approver: $0, expiresAt: .max) }
        for approver in [Approver(portal(nil)), ApprovalOffice.operatorAtSocket] {
            await refused("approval_not_yours") { _ = try await made.board.approve(pending.id, by: approver) }
        }
        for reference in [pending.id, pending.gates[0].id] {
            await refused("approval_not_found") {
                _ = try await made.board.approve(reference, by: Approver(portal("mallory")))
            }
            await refused("approval_not_found") {
                _ = try await made.board.deny(reference, reason: nil, by: Approver(portal("mallory")))
            }
        }
        #expect(try await made.board.cases(for: Approver(portal("mallory"))).isEmpty)
        #expect(try await made.board.cases(for: Approver(portal("ada"))).map(\.gate?.id) == [pending.gates[0].id])
        #expect(try await made.board.cases(for: Approver(portal(nil))).map(\.gate?.id) == [nil])
        #expect(try await made.board.approve(pending.gates[0].id, by: Approver(portal("ada"))).status == .approved)
    }

    @Test("What is not shown whole has to be approved in so many words")
    func partial() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(.sample(body: String(repeating: "long ", count: 10_000)))
        await refused("approval_partly_shown") {
            _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        }
        _ = try await made.board.approve(pending.id, unseen: true, by: ApprovalOffice.operatorAtSocket)
        #expect(try await made.final(pending.id)?.status == .executed)
    }

    @Test("Lists are cut into pages")
    func pages() async throws {
        let made = try await ApprovalOffice.started()
        var ids: [String] = []
        for index in 0..<5 { ids.append(try await made.ask(.sample(body: "\(index)")).id) }
        _ = try await made.ask(.sample(body: "x"), under: [ApprovalTerms(approvers: ["ada"])])
        let any = Approver(name: nil, by: Office.olga)
        let page = try await made.board.cases(for: any, in: [.pending], Page(limit: 2, offset: 2))
        #expect(page.map(\.status.id) == [ids[3], ids[2]])
        #expect(try await made.board.caseCount(for: any, in: [.pending]) == 6)
        #expect(try await made.board.caseCount(for: Approver(name: "ada", by: Office.olga), in: [.pending]) == 1)
        #expect(try await made.board.caseCount(for: Approver(name: "a", by: Office.olga), in: [.pending]) == 0)
    }
}
