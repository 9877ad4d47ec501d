import PosternCore
import PosternStore
import PosternTestSupport
import Testing

/// What is kept for a while only.
@Suite struct RetentionTests {
    @Test func whatHasEndedIsRemoved() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            try store.write { writer throws in
                try writer.deleteConnectSessions(endedBefore: sample.session.expiresAt)
                try writer.deleteIdempotency(endedBefore: sample.idempotency.expiresAt)
                try writer.deleteApprovals(overBefore: 35)
            }
        }
        try fixture.expectSample()
        try fixture.withStore { store throws in
            try store.write { writer throws in
                try writer.deleteConnectSessions(endedBefore: sample.session.expiresAt + 1)
                try writer.deleteIdempotency(endedBefore: sample.idempotency.expiresAt + 1)
                try writer.deleteApprovals(overBefore: 36)
            }
            try store.read { reader throws in
                #expect(try reader.connectSession(pageDigest: sample.session.pageDigest) == nil)
                #expect(try reader.idempotency(sample.idempotency.digest) == nil)
                let left = try reader.approvals(ApprovalFilter(Set(StoredApproval.Status.allCases)), Page())
                #expect(left.map(\.id) == [sample.approval.id])
            }
            // What is asked about stays until it is decided.
            try store.write { try $0.deleteApprovals(overBefore: .max) }
            try store.read { reader throws in #expect(try reader.approval(id: sample.approval.id) != nil) }
        }
        try fixture.withStore { store throws in #expect(try store.check() == []) }
    }

    @Test func changesAnApproval() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var approval = sample.approval
        approval.status = .approved
        approval.decidedAt = 49
        let approved = approval
        approval.status = .executed
        approval.executedAt = 50
        let executed = approval
        try fixture.withStore { store throws in try store.write { try $0.update(approved, answer: nil) } }
        try fixture.withStore { store throws in
            try store.read { reader throws in
                #expect(try reader.approval(id: approved.id) == approved)
                #expect(try reader.frozenRequest(ofApproval: approved.id)?.text == "planted-request")
            }
            try store.write { try $0.update(executed, answer: nil) }
        }
        try fixture.withStore { store throws in
            #expect(try store.read { try $0.approval(id: executed.id) } == executed)
            #expect(try store.read { try $0.frozenRequest(ofApproval: executed.id) } == nil)
            #expect(try store.check() == [])
        }
        #expect(try fixture.query("SELECT count(*) FROM approval_contents") == [1])
    }

    @Test func forgetsAnAnswerAlone() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var approval = sample.approval
        approval.status = .executed
        let executed = approval
        let before = try fixture.withStore { store throws in try store.read { try $0.keptAnswers() } }
        try fixture.withStore { store throws in
            try store.write { try $0.forgetAnswer(ofApproval: executed.id) }
            // What was frozen is no answer.
            #expect(try store.read { try $0.frozenRequest(ofApproval: executed.id) } != nil)
            try store.write { try $0.update(executed, answer: Secret("planted-answer".utf8)) }
        }
        try fixture.withStore { store throws in
            let kept = try store.read { try $0.keptAnswers() }
            #expect(kept.dropLast() == before[...])
            #expect(kept.last?.approval == executed.id)
            #expect(kept.last?.asker == executed.asker)
            #expect(kept.last.map { (14..<64).contains($0.bytes) } == true)
            #expect(try store.read { try $0.keepsAnswer(ofApproval: executed.id) })
            try store.write { try $0.forgetAnswer(ofApproval: executed.id) }
            #expect(try store.read { try $0.keptAnswers() } == before)
            #expect(try store.read { try $0.keepsAnswer(ofApproval: executed.id) } == false)
            #expect(try store.read { try $0.answer(ofApproval: executed.id) } == nil)
            #expect(try store.read { try $0.approval(id: executed.id) } == executed)
            #expect(try store.check() == [])
        }
    }

    @Test func findsWhatNobodyDecidedInTime() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var approval = sample.approval
        func overdue(at now: Int64) throws -> [String] {
            try fixture.withStore { store throws in
                try store.read { try $0.approvals(overdueAt: now, usableFor: 10, limit: 5) }
            }
        }
        #expect(try overdue(at: 41) == [])
        #expect(try overdue(at: 42) == [approval.id])
        approval.status = .approved
        approval.decidedAt = 40
        let approved = approval
        try fixture.withStore { store throws in try store.write { try $0.update(approved, answer: nil) } }
        #expect(try overdue(at: 49) == [])
        #expect(try overdue(at: 50) == [approval.id])
    }

    @Test func noFileHoldsWhatIsAskedOrAnswered() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        for (name, content) in try fixture.files() {
            for text in ["planted-request", "planted-result"] {
                #expect(content.firstRange(of: Array(text.utf8)) == nil, "\(name)")
            }
        }
    }
}
