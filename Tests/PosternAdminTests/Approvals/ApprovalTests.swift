import PosternAdmin
import PosternCore
import Testing

@Suite("Approvals through the API")
struct ApprovalTests {
    @Test("What is approved is sent once, as it was frozen, and its answer is kept for whoever asked")
    func approved() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        #expect(pending.gates.map(\.url) == ["http://127.0.0.1:3129/approvals/\(pending.gates[0].id)"])
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .pending)
        #expect(made.carrier.sent.isEmpty)
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        let status = try await made.final(pending.id)
        #expect(status?.status == .executed)
        #expect(status?.hasResult == true)
        let sent = try #require(made.carrier.sent.first)
        #expect(made.carrier.sent.count == 1)
        #expect(sent.body == Array(#"{"amount":100}"#.utf8))
        #expect(sent.url == "https://api.stripe.com/v1/charges?expand=customer")
        #expect(sent.attribution.reason == "the invoice is due")
        guard case .answered(let answer)? = try await made.board.result(pending.id, of: .agent("bot")) else {
            Issue.record("no answer is kept")
            return
        }
        #expect(answer.status == 200)
        #expect(answer.body == [1, 2, 3])
        #expect(answer.duration == .seconds(1))
        #expect(!(try made.office.files()).contains { $0.contains(Array(#"{"amount":100}"#.utf8)) })
    }

    @Test("Every step is recorded")
    func recorded() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        _ = try await made.final(pending.id)
        let actions = ["approval_request", "approval_approve", "approval_execute", "approval_finish"]
        for action in actions {
            let members = ["event.action": action, "postern.approval": pending.id, "postern.agent": "bot"]
            #expect(made.office.sink.lines.contains { has($0, members) }, "\(action)")
        }
    }

    @Test("Only the principal that asked is told", arguments: [Asker.agent("other"), .app, .user("bot")])
    func others(_ asker: Asker) async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        #expect(try await made.board.status(pending.id, of: asker) == nil)
        #expect(try await made.board.result(pending.id, of: asker) == nil)
        #expect(try await made.board.status(pending.gates[0].id, of: .agent("bot")) == nil)
        #expect(try await made.board.status("1 OR 1=1", of: .agent("bot")) == nil)
    }

    @Test("The application is told of its users")
    func users() async throws {
        let made = try await ApprovalOffice.started()
        let user = try await made.office.administration.createUser(NewUser(subject: "ana"), by: Office.olga)
        let pending = try await made.ask(.sample(asker: .user(user.id)))
        #expect(try await made.board.status(pending.id, of: .app)?.status == .pending)
    }

    @Test("Two identical requests wait for one decision, and another one for its own")
    func identical() async throws {
        let made = try await ApprovalOffice.started()
        let first = try await made.ask()
        #expect(try await made.ask().id == first.id)
        let traced = FrozenRequest.sample(fields: [
            FrozenField(name: "content-type", value: "application/json"),
            FrozenField(name: "traceparent", value: "00-1-2-01"),
        ])
        #expect(try await made.ask(traced).id == first.id)
        for other in [
            FrozenRequest.sample(body: #"{"amount":101}"#), .sample(url: "https://api.stripe.com/v1/charges"),
            .sample(method: .put), .sample(fields: []), .sample(asker: .agent("other")),
            .sample(grant: "2f0c7a55-94a5-4c7e-8a55-0f4a5b1f3f10"),
        ] { #expect(try await made.ask(other).id != first.id) }
    }

    @Test("A denial holds for the identical request until the time to decide would have been over")
    func denialHolds() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(under: [ApprovalTerms(lifetime: .seconds(60))])
        _ = try await made.board.deny(pending.id, reason: nil, by: ApprovalOffice.operatorAtSocket)
        guard case .denied(let approval) = await made.answer(by: .api) else {
            Issue.record("it is asked about again")
            return
        }
        #expect(approval == pending.id)
        _ = try await made.ask(.sample(body: "another"))
        made.office.time.pass(.seconds(60))
        #expect(try await made.ask().id != pending.id)
    }

    @Test("Without the audit log nothing is asked, decided or sent")
    func unrecorded() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        made.office.sink.refuses = true
        #expect(await made.answer(.sample(body: "other"), by: .api).word == "unavailable")
        await refused("audit_unavailable") {
            _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        }
        made.office.sink.refuses = false
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .pending)
        #expect(made.carrier.sent.isEmpty)
    }
}
