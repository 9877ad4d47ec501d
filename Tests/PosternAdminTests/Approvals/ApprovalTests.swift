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

    @Test("What nobody decides in time is never sent")
    func expired() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(under: [ApprovalTerms(lifetime: .seconds(60))])
        made.office.time.pass(.seconds(60))
        #expect(try await made.board.status(pending.id, of: .agent("bot"))?.status == .expired)
        await refused("approval_expired") {
            _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        }
        try await made.board.expireDue()
        #expect(has(made.office.sink.last, ["event.action": "approval_expire", "postern.approval": pending.id]))
        let status = try await made.board.status(pending.id, of: .agent("bot"))
        #expect(status?.status == .expired)
        #expect(status?.gates.map(\.status) == [.expired])
        #expect(made.carrier.sent.isEmpty)
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

    @Test("Too much is refused")
    func bounds() async throws {
        var settings = ApprovalSettings()
        settings.maxPending = 2
        settings.maxBodyBytes = 20
        let made = try await ApprovalOffice.started(settings: settings)
        let long = await made.answer(.sample(body: String(repeating: "x", count: 21)), by: .api)
        #expect(long.word == "refused: a body of more than 20 bytes cannot be approved")
        for index in 0..<2 { _ = try await made.ask(.sample(body: "\(index)")) }
        #expect(
            await made.answer(.sample(body: "2"), by: .api).word == "refused: 2 requests wait for an approval already"
        )
        _ = try await made.ask(.sample(asker: .agent("other")))
        let first = try await made.ask(.sample(body: "0"))
        // Who is told so costs no transaction, until something is decided.
        let acts = made.office.sink.lines.count
        #expect(
            await made.answer(.sample(body: "3"), by: .api).word == "refused: 2 requests wait for an approval already"
        )
        #expect(made.office.sink.lines.count == acts)
        _ = try await made.board.deny(first.id, reason: nil, by: ApprovalOffice.operatorAtSocket)
        _ = try await made.ask(.sample(body: "3"))
    }

    @Test("An address and fields without end are refused, and a reason is cut")
    func long() async throws {
        var settings = ApprovalSettings()
        settings.maxBodyBytes = 20
        let made = try await ApprovalOffice.started(settings: settings)
        let field = FrozenField(name: "x", value: String(repeating: "x", count: 70_000))
        #expect(
            await made.answer(.sample(fields: [field, field], body: ""), by: .api).word
                == "refused: an address and header fields of that many bytes cannot be approved"
        )
        var request = FrozenRequest.sample(fields: [field])
        request.attribution.reason = "\0" + String(repeating: "é", count: 1 << 20)
        let pending = try await made.ask(request)
        let found = try await made.board.approvalCase(pending.id, for: ApprovalOffice.operatorAtSocket)
        let reason = try #require(found.text.claims.first?.value)
        #expect(reason.hasPrefix("\\u{0}éé"))
        #expect(reason.hasSuffix("é…"))
        #expect(reason.utf8.count < 520)
    }

    @Test("Whoever asks too often is told to wait, and nobody else")
    func tooOften() async throws {
        var settings = ApprovalSettings()
        settings.maxPending = 4
        let made = try await ApprovalOffice.started(settings: settings)
        for index in 0..<8 {
            let pending = try await made.ask(.sample(body: "\(index)"))
            _ = try await made.board.deny(pending.id, reason: nil, by: ApprovalOffice.operatorAtSocket)
        }
        let acts = made.office.sink.lines.count
        #expect(await made.answer(.sample(body: "8"), by: .api).word == "refused: it asks too often: wait for 10 s")
        #expect(made.office.sink.lines.count == acts)
        _ = try await made.ask(.sample(asker: .agent("other")))
        made.office.time.pass(.seconds(10))
        _ = try await made.ask(.sample(body: "8"))
        #expect(await made.answer(.sample(body: "9"), by: .api).word == "refused: it asks too often: wait for 10 s")
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

    @Test("What was frozen is forgotten when it is over; what it was stays in a line")
    func outline() async throws {
        let made = try await ApprovalOffice.started()
        func text(_ id: String) async throws -> ApprovalText {
            try await made.board.approvalCase(id, for: ApprovalOffice.operatorAtSocket).text
        }
        let pending = try await made.ask()
        let whole = try await text(pending.id)
        #expect(whole.body?.text.isEmpty == false)
        let listed = try #require(try await made.board.cases(for: ApprovalOffice.operatorAtSocket).first).text
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        _ = try await made.final(pending.id)
        for outline in [listed, try await text(pending.id)] {
            #expect(outline.sentence == whole.sentence)
            #expect(outline.path == whole.path)
            #expect(outline.claims == whole.claims)
            #expect(outline.fields.isEmpty)
            #expect(outline.body?.text == "")
            #expect(outline.body?.sha256 == whole.body?.sha256)
            #expect(outline.body?.bytes == 14)
            #expect(outline.body?.isCut == true)
        }
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

    @Test("However many are overdue, all are ended")
    func manyExpired() async throws {
        let made = try await ApprovalOffice.started()
        for index in 0..<20 { _ = try await made.ask(.sample(body: "\(index)")) }
        made.office.time.pass(.seconds(2 * 3600))
        try await made.board.expireDue()
        #expect(try await made.board.caseCount(for: ApprovalOffice.operatorAtSocket, in: [.expired]) == 20)
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

    @Test("After a week it is forgotten")
    func forgotten() async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask()
        _ = try await made.board.deny(pending.id, reason: nil, by: ApprovalOffice.operatorAtSocket)
        made.office.time.pass(.seconds(6 * 86_400))
        try await made.board.expireDue()
        #expect(try await made.board.status(pending.id, of: .agent("bot")) != nil)
        made.office.time.pass(.seconds(2 * 86_400))
        try await made.board.expireDue()
        #expect(try await made.board.status(pending.id, of: .agent("bot")) == nil)
    }
}
