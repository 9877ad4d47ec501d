import PosternCore
import PosternStore
import Testing

/// What the schema does not let happen, whoever calls.
@Suite struct RulesTests {
    private static let refusals: [(name: String, table: String, act: @Sendable (any StoreWriter) throws -> Void)] = [
        (
            "a second active agent of a name", "agents",
            { try $0.insert(StoredAgent(id: uuid(100), name: "bot", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "an id twice", "agents",
            { try $0.insert(StoredAgent(id: uuid(1), name: "other", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "an id that is no UUID", "agents",
            { try $0.insert(StoredAgent(id: "agent-1", name: "other", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "an id in upper case", "agents",
            { try $0.insert(StoredAgent(id: uuid(255).uppercased(), name: "other", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "a name with a space", "agents",
            { try $0.insert(StoredAgent(id: uuid(100), name: "my bot", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "a parent that is not there", "agents",
            { try $0.insert(StoredAgent(id: uuid(100), name: "b", parentID: uuid(99), createdAt: 1, updatedAt: 1)) }
        ),
        (
            "an agent that is not there", "agents",
            { try $0.update(StoredAgent(id: uuid(100), name: "nobody", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "a key's digest twice", "agent_keys",
            { try $0.insert(key(uuid(100), .agent(id: uuid(2)), sample.key.digest)) }
        ),
        (
            "a key of nobody", "agent_keys",
            { try $0.insert(key(uuid(100), .agent(id: uuid(99)), KeyDigest(ofKey: "x".utf8))) }
        ),
        (
            "a second secret of a name", "secrets",
            {
                try $0.insert(
                    StoredSecret(id: uuid(100), name: "gh", provider: "p", hosts: [], createdAt: 1, updatedAt: 1)
                )
            }
        ),
        (
            "a host that would read as two", "secrets",
            {
                let hosts = ["a.test\nb.test"]
                try $0.insert(
                    StoredSecret(id: uuid(100), name: "b", provider: "p", hosts: hosts, createdAt: 1, updatedAt: 1)
                )
            }
        ),
        (
            "two versions in use", "secret_versions",
            {
                try $0.insert(
                    StoredSecretVersion(id: uuid(100), secretID: uuid(4), number: 3, values: [:], createdAt: 1)
                )
            }
        ),
        (
            "a version of no secret", "secret_versions",
            {
                try $0.insert(
                    StoredSecretVersion(id: uuid(100), secretID: uuid(99), number: 1, values: [:], createdAt: 1)
                )
            }
        ),
        (
            "a grant of no secret", "grants",
            { try $0.insert(StoredGrant(id: uuid(100), principal: .system, secretID: uuid(99), createdAt: 1)) }
        ),
        (
            "a grant to no agent", "grants",
            {
                try $0.insert(
                    StoredGrant(id: uuid(100), principal: .agent(id: uuid(99)), secretID: uuid(4), createdAt: 1)
                )
            }
        ),
        (
            "a grant with no use", "grants",
            {
                try $0.insert(
                    StoredGrant(id: uuid(100), principal: .system, secretID: uuid(4), maxUses: 0, createdAt: 1)
                )
            }
        ),
        (
            "terms that are no object", "grants",
            {
                try $0.insert(
                    StoredGrant(id: uuid(100), principal: .system, secretID: uuid(4), terms: "[]", createdAt: 1)
                )
            }
        ),
        (
            "a second user of a subject", "users",
            { try $0.insert(StoredUser(id: uuid(100), subject: "auth0|1", createdAt: 1, updatedAt: 1)) }
        ),
        (
            "a group twice", "user_groups",
            { try $0.insert(StoredUser(id: uuid(100), subject: "s", groups: ["a", "a"], createdAt: 1, updatedAt: 1)) }
        ),
        ("the end of a user with a grant", "users", { try $0.deleteUser(id: uuid(7)) }),
        (
            "a connection of an account twice with the same scopes", "connections",
            {
                let other = StoredSecret(id: uuid(100), name: "c", provider: "p", hosts: [], createdAt: 1, updatedAt: 1)
                try $0.insert(other)
                let old = sample.connection
                try $0.insert(
                    StoredConnection(
                        id: uuid(101),
                        userID: old.userID,
                        provider: old.provider,
                        account: old.account,
                        scopes: old.scopes,
                        secretID: other.id,
                        createdAt: 1,
                        updatedAt: 1
                    )
                )
            }
        ),
        (
            "a scope that would read as two", "agent_keys",
            {
                let digest = KeyDigest(ofKey: "x".utf8)
                try $0.insert(key(uuid(100), .agent(id: uuid(2)), digest, scopes: ["a\nb"]))
            }
        ),
        ("an approval of an id twice", "approvals", { try $0.insert(sample.approval, request: Secret([])) }),
        ("the end of no user", "users", { try $0.deleteUser(id: uuid(99)) }),
        ("the end of no provider", "providers", { try $0.deleteProvider(named: "none") }),
    ]

    @Test(arguments: refusals.indices)
    func refuses(index: Int) throws {
        let (name, table, act) = RulesTests.refusals[index]
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            #expect(throws: StoreError.conflict(table: table), "\(name)") { try store.write { try act($0) } }
            // The refused write left nothing, in the store or in what is known of it.
            try store.write { try $0.insert(StoredProvider(name: "p", definition: "{}", createdAt: 1, updatedAt: 1)) }
            try store.write { try $0.deleteProvider(named: "p") }
        }
        try fixture.expectSample()
    }

    @Test func namesAreFreeAgainAfterRevocation() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            try store.write { writer throws in
                var agent = sample.agent
                agent.status = .revoked
                try writer.update(agent)
                try writer.insert(StoredAgent(id: uuid(100), name: "bot", createdAt: 1, updatedAt: 1))
                var secret = sample.secret
                secret.revokedAt = 1
                try writer.update(secret)
                try writer.insert(
                    StoredSecret(id: uuid(101), name: "gh", provider: "p", hosts: [], createdAt: 1, updatedAt: 1)
                )
            }
            try store.read { reader throws in
                #expect(try reader.agent(named: "bot")?.id == uuid(100))
                #expect(try reader.secret(named: "gh")?.id == uuid(101))
            }
        }
    }

    @Test(arguments: [("octo@example.test", ["repo"]), ("(unknown)", ["repo", "user:email"])])
    func otherScopesAndUnknownAccountsAreOtherConnections(account: String, scopes: [String]) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            try store.write { writer throws in
                for number in [100, 102] where account == "(unknown)" || number == 100 {
                    try writer.insert(
                        StoredSecret(
                            id: uuid(number),
                            name: "c\(number)",
                            provider: "p",
                            hosts: [],
                            createdAt: 1,
                            updatedAt: 1
                        )
                    )
                    try writer.insert(
                        StoredConnection(
                            id: uuid(number + 1),
                            userID: sample.user.id,
                            provider: sample.connection.provider,
                            account: account,
                            scopes: scopes,
                            secretID: uuid(number),
                            createdAt: 1,
                            updatedAt: 1
                        )
                    )
                }
            }
        }
    }

    @Test func usersGoWithTheirGroups() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var grant = sample.userGrant
        grant.revokedAt = 30
        var connection = sample.connection
        connection.status = .revoked
        try fixture.withStore { store throws in
            try store.write { writer throws in
                try writer.update(grant)
                #expect(throws: StoreError.conflict(table: "users")) { try writer.deleteUser(id: sample.user.id) }
                try writer.update(connection)
                try writer.deleteUser(id: sample.user.id)
            }
        }
        try fixture.withStore { store throws in #expect(try store.read { try $0.users() } == []) }
    }

    private static func key(
        _ id: String,
        _ owner: StoredKey.Owner,
        _ digest: KeyDigest,
        scopes: [String]? = nil
    ) -> StoredKey {
        StoredKey(id: id, owner: owner, name: "n", prefix: "p", digest: digest, createdAt: 1, scopes: scopes)
    }
}
