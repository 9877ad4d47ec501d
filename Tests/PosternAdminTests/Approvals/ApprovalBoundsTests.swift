import PosternAdmin
import PosternCore
import Testing

@Suite("Bounds of approvals")
struct ApprovalBoundsTests {
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

    @Test("However many are overdue, all are ended")
    func manyExpired() async throws {
        let made = try await ApprovalOffice.started()
        for index in 0..<20 { _ = try await made.ask(.sample(body: "\(index)")) }
        made.office.time.pass(.seconds(2 * 3600))
        try await made.board.expireDue()
        #expect(try await made.board.caseCount(for: ApprovalOffice.operatorAtSocket, in: [.expired]) == 20)
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
