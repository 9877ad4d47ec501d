import PosternCore
import Synchronization
import Testing

@testable import PosternAdmin
@testable import PosternSDK

/// Following approvals through the API.
@Suite struct ApprovalRouteTests {
    static let id = "0b54b5a2-7a0c-4a36-8f0c-0d6b9f3c1e11"

    @Test("how it stands is told to whoever asked, and to nobody else")
    func status() async throws {
        let counter = try Counter(approvals: OneApproval(result: .open(.pending)))
        let bot = try await counter.agent("bot").key
        let answer = await counter.send(.get, "/sdk/approvals/\(Self.id)?wait=25", by: bot)
        #expect(answer.status == 200)
        #expect(answer.member("approval_group_id") == Self.id)
        #expect(answer.member("status") == "pending")
        #expect(answer.member("has_result") == "false")
        #expect(answer.member("gates")?.contains(#""status":"approved""#) == true)
        let eve = try await counter.agent("eve").key
        for (path, key) in [
            ("/sdk/approvals/\(Self.id)", eve), ("/sdk/approvals/\(Self.id)/result", eve),
            ("/sdk/approvals/nonsense", bot),
        ] {
            let refused = await counter.send(.get, path, by: key)
            #expect(refused.status == 404)
            #expect(refused.code == "approval_not_found")
        }
        for wait in ["26", "-1", "soon"] {
            #expect(await counter.send(.get, "/sdk/approvals/\(Self.id)?wait=\(wait)", by: bot).status == 400)
        }
    }

    @Test(
        "what came of it is told by codes",
        arguments: [
            (.open(.executing), 409, "approval_pending"), (.denied(reason: "no"), 409, "approval_denied"),
            (.denied(reason: nil), 409, "approval_denied"), (.expired, 409, "approval_expired"),
            (.failed(code: "policy_denied"), 409, "approval_execution_failed"), (.sent, 409, "approval_no_result"),
            (.forgotten, 409, "approval_no_result"),
        ] as [(ApprovalResult, Int, String)]
    )
    func results(result: ApprovalResult, status: Int, code: String) async throws {
        let counter = try Counter(approvals: OneApproval(result: result))
        let bot = try await counter.agent("bot").key
        let answer = await counter.send(.get, "/sdk/approvals/\(Self.id)/result", by: bot)
        #expect(answer.status == status)
        #expect(answer.code == code)
    }

    @Test(
        "who may not ask any more when the wait is over is told nothing",
        arguments: [
            (nil, false, 200, nil), ("revoke the key", false, 401, "key_revoked"),
            ("revoke the agent", false, 401, "agent_revoked"), ("pause the agent", false, 401, "agent_inactive"),
            ("revoke the agent", true, 404, "caller_agent_unresolved"),
            ("pause the agent", true, 404, "caller_agent_unresolved"), ("revoke the key", true, 200, nil),
        ] as [(String?, Bool, Int, String?)]
    )
    func revokedMeanwhile(change: String?, byApplication: Bool, status: Int, code: String?) async throws {
        let board = OneApproval(result: .open(.pending))
        let counter = try Counter(approvals: board)
        let (id, bot) = try await counter.agent("bot")
        board.whileWaiting { [admin = counter.administration] in
            switch change {
            case "revoke the key":
                _ = try? await admin.revokeKey(agent: id, key: bot.id, force: true, by: Counter.olga)
            case "revoke the agent": _ = try? await admin.revokeAgent(id, by: Counter.olga)
            case "pause the agent": _ = try? await admin.pauseAgent(id, by: Counter.olga)
            default: return
            }
        }
        let answer = await counter.send(
            .get,
            "/sdk/approvals/\(Self.id)?wait=1",
            by: byApplication ? try await counter.appKey() : bot,
            fields: byApplication ? [("x-alter-caller", id), ("x-alter-caller-type", "agent")] : []
        )
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect((answer.member("gates") == nil) == (status != 200))
    }

    @Test("the upstream's answer comes with the approval's id")
    func answer() async throws {
        let result = CallAnswer(status: 200, fields: [], body: [1], isTruncated: true, duration: .zero)
        let counter = try Counter(approvals: OneApproval(result: .answered(result)))
        let bot = try await counter.agent("bot").key
        let answer = await counter.send(.get, "/sdk/approvals/\(Self.id)/result", by: bot)
        #expect(answer.member("approval_id") == Self.id)
        #expect(answer.member("status_code") == "200")
        #expect(answer.member("body_b64") == "AQ==")
        #expect(answer.member("body_truncated") == "true")
    }
}

/// One approval that `bot` asked for.
private final class OneApproval: ApprovalFollowing {
    let result: ApprovalResult
    private let meanwhile = Mutex<(@Sendable () async -> Void)?>(nil)

    init(result: ApprovalResult) { self.result = result }

    /// What happens while somebody waits for it.
    func whileWaiting(_ happens: @escaping @Sendable () async -> Void) { meanwhile.withLock { $0 = happens } }

    func status(
        _ id: String,
        of asker: Asker,
        wait: Duration
    ) async throws(AdministrationError) -> ApprovalStatus? {
        guard id == ApprovalRouteTests.id, asker.principal == .agent("bot") else { return nil }
        if wait > .zero { await meanwhile.withLock { $0 }?() }
        return ApprovalStatus(
            id: id,
            principal: asker.principal,
            grant: "g",
            sender: .daemon,
            status: .pending,
            gates: [ApprovalGate(id: id, approver: nil, status: .approved)],
            createdAt: 0,
            expiresAt: 1,
            decidedAt: nil,
            decisionReason: nil,
            executedAt: nil,
            failure: nil
        )
    }

    func result(_ id: String, of asker: Asker) async throws(AdministrationError) -> ApprovalResult? {
        id == ApprovalRouteTests.id && asker.principal == .agent("bot") ? result : nil
    }
}
