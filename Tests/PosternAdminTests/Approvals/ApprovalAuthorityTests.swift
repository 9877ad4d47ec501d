import PosternAdmin
import PosternCore
import Testing

@Suite("What was approved is sent under the authority that holds then")
struct ApprovalAuthorityTests {
    private static let brief = ApprovalRoute.proxy(patience: .milliseconds(20))
    private static let ada = Approver(name: "ada", by: Office.olga)

    private static func terms(_ approvers: String...) -> [ApprovalTerms] { [ApprovalTerms(approvers: approvers)] }

    private static func held(
        _ made: ApprovalOffice,
        _ request: FrozenRequest = .sample(),
        under terms: [ApprovalTerms] = [ApprovalTerms()]
    ) async throws -> PendingApproval {
        let answer = await made.answer(request, under: terms, by: brief)
        guard case .pending(let pending) = answer else { throw ApprovalOffice.Unexpected(answer: "\(answer)") }
        return pending
    }

    // Who has to approve.

    @Test(
        "Everybody who has to approve when it is sent must have",
        arguments: [
            (["ada"], ["ada", "bob"], false), ([], ["ada"], false), (["ada"], [], false), (["ada"], ["bob"], false),
            (["ada"], ["ada"], true), (["ada", "bob"], ["bob"], true), (["ada", "bob"], ["bob", "ada"], true),
        ] as [([String], [String], Bool)]
    )
    func gates(_ asked: [String], _ needed: [String], _ isEnough: Bool) async throws {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(under: [ApprovalTerms(approvers: asked)])
        made.carrier.hold(.agent("bot"), under: [ApprovalTerms(approvers: needed)])
        for name in asked.isEmpty ? [nil] : asked.map(Optional.some) {
            _ = try await made.board.approve(pending.id, by: Approver(name: name, by: Office.olga))
        }
        let status = try await made.final(pending.id)
        #expect(status?.status == (isEnough ? .executed : .failed))
        #expect(status?.failure == (isEnough ? nil : "approval_superseded"))
        #expect(made.carrier.sent.count == (isEnough ? 1 : 0))
    }

    @Test("Where others have to approve by now, an identical request is asked about anew")
    func asksAnew() async throws {
        let made = try await ApprovalOffice.started()
        let (lax, strict) = (ApprovalAuthorityTests.terms("ada"), ApprovalAuthorityTests.terms("ada", "bob"))
        let first = try await made.ask(under: lax)
        let second = try await made.ask(under: strict)
        #expect(second.id != first.id)
        #expect(second.gates.count == 2)
        let status = try await made.board.status(first.id, of: .agent("bot"))
        #expect(status?.status == .failed)
        #expect(status?.failure == "approval_superseded")
        #expect(status?.gates.map(\.status) == [.expired])
        await refused("approval_decided") {
            _ = try await made.board.approve(first.id, by: ApprovalAuthorityTests.ada)
        }
        #expect(
            made.office.sink.lines.contains {
                has($0, ["event.action": "approval_void", "postern.approval": first.id])
                    && has($0, ["event.reason": "approval_superseded", "postern.agent": "bot"])
            }
        )
        // Fewer are no reason to ask again.
        #expect(try await made.ask(under: lax).id == second.id)
    }

    @Test("What a client was approved under fewer is not let through")
    func clientAsksAnew() async throws {
        let made = try await ApprovalOffice.started()
        let first = try await ApprovalAuthorityTests.held(made, under: ApprovalAuthorityTests.terms("ada"))
        _ = try await made.board.approve(first.id, by: ApprovalAuthorityTests.ada)
        let strict = ApprovalAuthorityTests.terms("ada", "bob")
        let second = try await ApprovalAuthorityTests.held(made, under: strict)
        #expect(second.id != first.id)
        for name in ["ada", "bob"] {
            _ = try await made.board.approve(second.id, by: Approver(name: name, by: Office.olga))
        }
        #expect(await made.answer(under: strict, by: ApprovalAuthorityTests.brief).word == "granted")
        #expect(await made.answer(under: strict, by: ApprovalAuthorityTests.brief).word == "pending")
    }

    // Who asked.

    @Test("A new agent of the same name has nothing of the former one's")
    func names() async throws {
        let made = try await ApprovalOffice.started()
        let former = try await made.office.agent()
        let done = try await made.ask(.sample(asker: .agent(former)))
        _ = try await made.board.approve(done.id, by: ApprovalOffice.operatorAtSocket)
        #expect(try await made.final(done.id, of: .agent(former))?.status == .executed)
        let open = try await made.ask(.sample(asker: .agent(former)))
        let held = try await ApprovalAuthorityTests.held(made, .sample(asker: .agent(former)))
        _ = try await made.board.approve(held.id, by: ApprovalOffice.operatorAtSocket)
        _ = try await made.office.administration.revokeAgent("bot", by: Office.olga)
        let next = try await made.office.agent()
        for asker in [Asker.agent(next), .agent("bot")] {
            for id in [done.id, open.id, held.id] {
                #expect(try await made.board.status(id, of: asker) == nil)
                #expect(try await made.board.result(id, of: asker) == nil)
            }
        }
        #expect(try await made.ask(.sample(asker: .agent(next))).id != open.id)
        #expect(try await ApprovalAuthorityTests.held(made, .sample(asker: .agent(next))).id != held.id)
    }

    @Test("What an agent asked for ends with it, and it asks for nothing more")
    func revokedAgent() async throws {
        let made = try await ApprovalOffice.started()
        let parent = try await made.office.agent("above")
        let agent = try await made.office.agent("bot", below: "above")
        let open = try await made.ask(.sample(asker: .agent(agent)))
        let held = try await ApprovalAuthorityTests.held(made, .sample(asker: .agent(agent)))
        _ = try await made.board.approve(held.id, by: ApprovalOffice.operatorAtSocket)
        let other = try await made.ask()
        _ = try await made.office.administration.revokeAgent(parent.id, by: Office.olga)
        for id in [open.id, held.id] {
            let status = try await made.board.status(id, of: .agent(agent))
            #expect(status?.status == .failed)
            #expect(status?.failure == "agent_revoked")
            let members = ["event.action": "approval_void", "postern.approval": id, "user.name": "olga"]
            #expect(made.office.sink.lines.contains { has($0, members) })
        }
        #expect(try await made.board.status(other.id, of: .agent("bot"))?.status == .pending)
        let late = await made.answer(.sample(asker: .agent(agent)), by: .api)
        #expect(late.word == "refused: whoever asks may not ask any more")
    }

    @Test("What was asked for a user ends with the user")
    func removedUser() async throws {
        let made = try await ApprovalOffice.started()
        let user = try await made.office.administration.createUser(NewUser(subject: "ana"), by: Office.olga)
        let pending = try await made.ask(.sample(asker: .user(user.id)))
        try await made.office.administration.removeUser("ana", by: Office.olga)
        #expect(try await made.board.status(pending.id, of: .app)?.failure == "user_removed")
        let late = await made.answer(.sample(asker: .user(user.id)), by: .api)
        #expect(late.word == "refused: whoever asks may not ask any more")
    }

    // With which key.

    @Test("What was asked for with a key ends with it")
    func revokedKey() async throws {
        let made = try await ApprovalOffice.started()
        let admin = made.office.administration
        let agent = try await made.office.agent()
        let asker = Asker.agent(agent)
        let stolen = try await admin.mintKey(forAgent: "bot", NewKey(), by: Office.olga).key
        let other = try await admin.mintKey(forAgent: "bot", NewKey(), by: Office.olga).key
        let open = try await made.ask(.sample(asker: asker, key: stolen.id))
        let held = try await ApprovalAuthorityTests.held(made, .sample(asker: asker, key: stolen.id))
        _ = try await made.board.approve(held.id, by: ApprovalOffice.operatorAtSocket)
        let kept = try await made.ask(.sample(asker: asker, key: other.id, body: "kept"))
        _ = try await admin.revokeKey(stolen.id, force: false, by: Office.olga)
        for id in [open.id, held.id] {
            #expect(try await made.board.status(id, of: asker)?.failure == "key_revoked")
        }
        await refused("approval_decided") {
            _ = try await made.board.approve(open.id, by: ApprovalOffice.operatorAtSocket)
        }
        // The other key's holder is no part of what the stolen one was approved.
        let again = try await ApprovalAuthorityTests.held(made, .sample(asker: asker, key: other.id))
        #expect(again.id != held.id)
        _ = try await made.board.approve(kept.id, by: ApprovalOffice.operatorAtSocket)
        #expect(try await made.final(kept.id, of: asker)?.status == .executed)
        #expect(made.carrier.sent.map(\.attribution.key) == [other.id])
    }

    @Test("What was asked for with a key that ends by itself is not sent afterwards")
    func expiredKey() async throws {
        let made = try await ApprovalOffice.started()
        let asker = Asker.agent(try await made.office.agent())
        var new = NewKey()
        new.expiry = .after(.seconds(60))
        let key = try await made.office.administration.mintKey(forAgent: "bot", new, by: Office.olga).key
        let open = try await made.ask(.sample(asker: asker, key: key.id))
        let held = try await ApprovalAuthorityTests.held(made, .sample(asker: asker, key: key.id))
        _ = try await made.board.approve(held.id, by: ApprovalOffice.operatorAtSocket)
        made.office.time.pass(.seconds(60))
        _ = try await made.board.approve(open.id, by: ApprovalOffice.operatorAtSocket)
        #expect(try await made.final(open.id, of: asker)?.failure == "key_expired")
        #expect(try await ApprovalAuthorityTests.held(made, .sample(asker: asker)).id != held.id)
        #expect(try await made.board.status(held.id, of: asker)?.failure == "key_expired")
        #expect(made.carrier.sent.isEmpty)
        let late = await made.answer(.sample(asker: asker, key: key.id, body: "late"), by: .api)
        #expect(late.word == "refused: whoever asks may not ask any more")
    }
}
