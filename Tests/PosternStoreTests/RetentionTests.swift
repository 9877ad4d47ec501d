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
                let left = try reader.approvals(of: nil, in: Set(StoredApproval.Status.allCases), Page())
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
        approval.status = .executed
        approval.executedAt = 50
        approval.result = Secret("planted-answer".utf8)
        let changed = approval
        try fixture.withStore { store throws in try store.write { try $0.update(changed) } }
        try fixture.withStore { store throws in
            let read = try store.read { try $0.approval(id: changed.id) }
            #expect(read.map(ReadableApproval.init) == ReadableApproval(changed))
        }
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
