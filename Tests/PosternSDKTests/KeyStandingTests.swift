import PosternCore
import Testing

@testable import PosternSDK

@Suite struct KeyStandingTests {
    struct Row: Sendable {
        var end: StoredKey.End?
        var revokedAt: Int64?
        var expiresAt: Int64?
        var rotatedUntil: Int64?
        var agent = StoredAgent.Status.active
        let code: String
    }

    @Test(
        "a key says why it ended, its agent's end before its own",
        arguments: [
            Row(end: .agentRevoked, revokedAt: 5, code: "agent_revoked"),
            Row(end: .agentRevoked, revokedAt: 5, expiresAt: 1, agent: .revoked, code: "agent_revoked"),
            Row(end: .revoked, revokedAt: 5, agent: .revoked, code: "key_revoked"),
            Row(end: .parentRevoked, revokedAt: 5, code: "key_revoked"), Row(revokedAt: 5, code: "key_revoked"),
            Row(agent: .revoked, code: "agent_revoked"),
            Row(revokedAt: 5, expiresAt: 1, code: "key_revoked"), Row(expiresAt: 10, code: "key_expired"),
            Row(expiresAt: 9, rotatedUntil: 9, code: "key_expired"),
            Row(expiresAt: 11, rotatedUntil: 10, code: "key_rotated_grace_expired"),
            Row(expiresAt: 11, rotatedUntil: 11, code: "key_not_active"), Row(code: "key_not_active"),
        ]
    )
    func reasons(_ row: Row) {
        let key = StoredKey(
            id: "k",
            owner: .agent(id: "a"),
            name: "a-1",
            prefix: "alter_key_agent_abcd",
            digest: KeyDigest(ofKey: []),
            createdAt: 0,
            expiresAt: row.expiresAt,
            rotatedUntil: row.rotatedUntil,
            revokedAt: row.revokedAt,
            end: row.end
        )
        let agent = StoredAgent(id: "a", name: "a", status: row.agent, createdAt: 0, updatedAt: 0)
        let refusal = KeyStanding.refusal(key, of: agent, now: 10)
        #expect(refusal.code == row.code)
        #expect(refusal.status == 401)
    }
}
