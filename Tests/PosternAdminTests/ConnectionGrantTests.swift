import PosternAdmin
import PosternCore
import PosternStore
import Testing

/// What operators can do to the tokens of users, and cannot.
@Suite struct ConnectionGrantTests {
    let office: Office
    let admin: Administration
    let user: StoredUser
    let agent: StoredAgent
    let olga = Office.olga
    private let secretID = "00000000-0000-4000-8000-000000000001"
    private let connectionID = "00000000-0000-4000-8000-000000000002"
    private let root = "00000000-0000-4000-8000-000000000003"
    private let delegation = "00000000-0000-4000-8000-000000000004"

    init() async throws {
        office = try Office(isLive: true)
        admin = office.administration
        user = try await admin.createUser(NewUser(subject: "ana"), by: Office.olga)
        agent = try await office.agent("bot")
        try office.store.write { [self] store throws in try insert(into: store) }
        try await office.administration.alone { [live = office.live, agent, user] in
            try live?.apply(Impact(agents: [agent.id], users: [user.id]))
        }
    }

    @Test("they are in no list of secrets, and no act on secrets finds them") func hidden() async throws {
        #expect(try await admin.secrets(includingRevoked: true).isEmpty)
        let values = ["secret": secret("sk-another-0123456789")]
        for reference in [secretID, "connection-1"] {
            await refused("secret_not_found") { _ = try await admin.secret(reference) }
            await refused("secret_not_found") { _ = try await admin.updateSecret(reference, SecretChange(), by: olga) }
            await refused("secret_not_found") {
                _ = try await admin.rotateSecret(reference, values: values, by: olga)
            }
            await refused("secret_not_found") { _ = try await admin.rollbackSecret(reference, by: olga) }
            await refused("secret_not_found") { _ = try await admin.revokeSecret(reference, by: olga) }
            await refused("secret_not_found") { try await office.grant(to: .agent("bot"), of: reference) }
            await refused("secret_not_found") {
                try await office.grant(to: .agent("bot"), of: reference, below: root)
            }
        }
        #expect(rules(.user(user.id)) == [root] && rules(.agent("bot")) == [delegation])
    }

    @Test("with its last grant at the top a connection ends") func rootRevoked() async throws {
        #expect(try await admin.revokeGrant(root, by: olga) == [root, delegation])
        try office.store.read { store throws in
            #expect(try store.connection(id: connectionID)?.status == .revoked)
            #expect(try store.versions(ofSecret: secretID).isEmpty)
            #expect(try store.secret(id: secretID)?.revokedAt != nil)
        }
        #expect(rules(.user(user.id)) == nil && rules(.agent("bot")) == [])
        #expect(try await admin.revokeGrant(root, by: olga) == [])
    }

    @Test("with a delegation only the agent's grant ends, and again is no error") func delegationRevoked() async throws
    {
        let other = try await office.agent("other")
        #expect(try await admin.revokeDelegation(ofGrant: root, agent: other.id, by: olga) == [])
        #expect(rules(.agent("bot")) == [delegation])
        #expect(try await admin.revokeDelegation(ofGrant: root, agent: agent.id, by: olga) == [delegation])
        #expect(try await admin.revokeDelegation(ofGrant: root, agent: agent.id, by: olga) == [])
        #expect(rules(.agent("bot")) == [] && rules(.user(user.id)) == [root])
        #expect(try office.store.read { try $0.connection(id: connectionID)?.status } == .active)
        await refused("grant_not_found") {
            _ = try await admin.revokeDelegation(ofGrant: connectionID, agent: agent.id, by: olga)
        }
    }

    @Test("a revoked agent takes its delegations along, and no connection") func agentRevoked() async throws {
        _ = try await admin.revokeAgent("bot", by: olga)
        #expect(rules(.user(user.id)) == [root])
        #expect(try office.store.read { try $0.grant(id: delegation)?.revokedAt } != nil)
    }

    @Test("a suspended user suspends what was delegated") func suspended() async throws {
        var change = UserChange()
        change.isSuspended = .set(true)
        _ = try await admin.updateUser("ana", change, by: olga)
        #expect(rules(.user(user.id)) == nil && rules(.agent("bot")) == [])
        change.isSuspended = .set(false)
        _ = try await admin.updateUser("ana", change, by: olga)
        #expect(rules(.user(user.id)) == [root] && rules(.agent("bot")) == [delegation])
    }

    @Test("a user is removed with every connection") func userRemoved() async throws {
        try await admin.removeUser("ana", by: olga)
        #expect(try office.store.read { try $0.connection(id: connectionID)?.status } == .revoked)
        #expect(rules(.user(user.id)) == nil && rules(.agent("bot")) == [])
    }

    private func rules(_ principal: PrincipalID) -> [String]? {
        office.live?.directory.principal(principal)?.rules.map(\.id)
    }

    private func insert(into store: any StoreWriter) throws {
        try store.insert(
            StoredSecret(
                id: secretID,
                kind: .connection,
                name: "connection-1",
                provider: "anthropic",
                hosts: ["api.anthropic.com"],
                createdAt: 1,
                updatedAt: 1
            )
        )
        try store.insert(
            StoredSecretVersion(
                id: connectionID,
                secretID: secretID,
                number: 1,
                values: ["secret": secret(Office.value)],
                createdAt: 1
            )
        )
        try store.insert(
            StoredConnection(
                id: connectionID,
                userID: user.id,
                provider: "anthropic",
                account: "ana@example.test",
                scopes: [],
                secretID: secretID,
                createdAt: 1,
                updatedAt: 1
            )
        )
        try store.insert(
            StoredGrant(id: root, principal: .user(id: user.id), secretID: secretID, isDelegable: true, createdAt: 1)
        )
        try store.insert(
            StoredGrant(
                id: delegation,
                principal: .agent(id: agent.id),
                secretID: secretID,
                parentID: root,
                createdAt: 1
            )
        )
    }
}
