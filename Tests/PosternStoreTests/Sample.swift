import PosternCore
import Testing

/// One of everything.
let sample = Sample()

struct Sample {
    let agent = StoredAgent(
        id: uuid(1),
        name: "bot",
        displayName: "The bot",
        status: .paused,
        scopes: #"{"github":["repo"]}"#,
        limits: Limits(requestsPerMinute: 60, concurrentRequests: 4),
        policy: #"{"methods":["GET"]}"#,
        metadata: #"{"team":"a"}"#,
        version: 3,
        createdAt: 10,
        updatedAt: 11
    )
    let child = StoredAgent(id: uuid(2), name: "bot-child", parentID: uuid(1), createdAt: 12, updatedAt: 12)
    let key = StoredKey(
        id: uuid(3),
        owner: .agent(id: uuid(1)),
        name: "bot-1",
        prefix: "alter_key_agent_abcd",
        digest: KeyDigest(ofKey: "one".utf8),
        createdAt: 13,
        expiresAt: 99,
        deprecatedAt: 14,
        lastUsedAt: 15
    )
    let provider = StoredProvider(
        name: "github",
        definition: #"{"hosts":["api.github.com"]}"#,
        createdAt: 1,
        updatedAt: 2
    )
    let secret = StoredSecret(
        id: uuid(4),
        name: "gh",
        provider: "github",
        hosts: ["api.github.com", "*.github.test"],
        inputs: #"{"user":"octo"}"#,
        allowsSelfBind: true,
        version: 2,
        createdAt: 16,
        updatedAt: 17
    )
    let oldVersion = StoredSecretVersion(
        id: uuid(5),
        secretID: uuid(4),
        number: 1,
        values: ["secret": Secret("old-value".utf8)],
        createdAt: 16,
        retiredAt: 17,
        forgetAt: 50
    )
    let version = StoredSecretVersion(
        id: uuid(6),
        secretID: uuid(4),
        number: 2,
        values: ["user": Secret("octo".utf8), "password": Secret([0, 255, 10]), "empty": Secret([])],
        createdAt: 17
    )
    let user = StoredUser(
        id: uuid(7),
        subject: "auth0|1",
        displayName: "Ö",
        groups: ["ops", "admins"],
        isSuspended: true,
        createdAt: 18,
        updatedAt: 19
    )
    let grant = StoredGrant(
        id: uuid(8),
        principal: .agent(id: uuid(1)),
        secretID: uuid(4),
        isDelegable: true,
        label: "main",
        terms: #"{"methods":["GET"]}"#,
        maxUses: 2,
        createdAt: 20,
        expiresAt: 100
    )
    let childGrant = StoredGrant(
        id: uuid(9),
        principal: .agent(id: uuid(2)),
        secretID: uuid(4),
        parentID: uuid(8),
        createdAt: 21,
        revokedAt: 22
    )
    let userGrant = StoredGrant(id: uuid(10), principal: .user(id: uuid(7)), secretID: uuid(4), createdAt: 23)
    let groupGrant = StoredGrant(id: uuid(11), principal: .group(name: "ops"), secretID: uuid(4), createdAt: 24)
    let systemGrant = StoredGrant(id: uuid(12), principal: .system, secretID: uuid(4), createdAt: 25)

    /// Writes all of it.
    func insert(into writer: any StoreWriter) throws {
        for agent in [agent, child] { try writer.insert(agent) }
        try writer.insert(key)
        try writer.insert(appKey(of: try writer.app()))
        try writer.insert(provider)
        try writer.insert(secret)
        for version in [oldVersion, version] { try writer.insert(version) }
        try writer.insert(user)
        for grant in [grant, childGrant, userGrant, groupGrant, systemGrant] { try writer.insert(grant) }
    }

    /// Expects all of it, and nothing else.
    func expect(in reader: any StoreReader) throws {
        #expect(try reader.agents(includingRevoked: true, Page()) == [agent, child])
        #expect(try reader.agent(id: agent.id) == agent)
        #expect(try reader.agent(named: "bot") == agent)
        #expect(try reader.agent(named: "Bot") == nil)
        #expect(try reader.agentCount(includingRevoked: false) == 2)
        #expect(try reader.agents(below: agent.id) == [child])
        #expect(try reader.agentKeys() == [key])
        #expect(try reader.keys(of: .agent(id: agent.id)) == [key])
        #expect(try reader.keys(of: .agent(id: child.id)) == [])
        let appKey = appKey(of: try reader.app())
        #expect(try reader.keys(of: appKey.owner) == [appKey])
        #expect(try reader.key(id: appKey.id) == appKey)
        #expect(try reader.key(id: key.id) == key)
        #expect(try reader.providers() == [provider])
        #expect(try reader.provider(named: "github") == provider)
        #expect(try reader.secrets(includingRevoked: false) == [secret])
        #expect(try reader.secret(named: "gh") == secret)
        #expect(
            try reader.versions(ofSecret: secret.id).map(Readable.init) == [version, oldVersion].map(Readable.init)
        )
        #expect(try reader.users() == [user])
        #expect(try reader.user(subject: user.subject) == user)
        #expect(try reader.user(id: user.id) == user)
        let filter = GrantFilter()
        #expect(try reader.grants(filter, Page()) == [grant, userGrant, groupGrant, systemGrant])
        #expect(try reader.grants(filter, Page(limit: 2, offset: 1)) == [userGrant, groupGrant])
        #expect(try reader.grantCount(filter) == 4)
        #expect(try reader.uses(ofGrant: grant.id) == 0)
    }

    private func appKey(of app: StoredApp) -> StoredKey {
        StoredKey(
            id: uuid(13),
            owner: .app(id: app.id),
            name: "postern-1",
            prefix: "alter_key_app_abcd",
            digest: KeyDigest(ofKey: "two".utf8),
            createdAt: 26
        )
    }
}

/// A version whose values can be compared; for tests alone.
struct Readable: Equatable {
    let id: String
    let secretID: String
    let number: Int
    let values: [String: [UInt8]]
    let times: [Int64?]

    init(_ version: StoredSecretVersion) {
        id = version.id
        secretID = version.secretID
        number = version.number
        values = version.values.mapValues { $0.withBytes { Array($0) } }
        times = [version.createdAt, version.retiredAt, version.forgetAt]
    }
}

/// An id that only tests make.
func uuid(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}
