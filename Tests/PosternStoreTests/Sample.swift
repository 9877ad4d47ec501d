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
        pendingScopes: "{}",
        scopesApplyAt: 30,
        limits: Limits(requestsPerMinute: 60, concurrentRequests: 4),
        policy: #"{"methods":["GET"]}"#,
        metadata: #"{"team":"a"}"#,
        version: 3,
        createdAt: 10,
        updatedAt: 11
    )
    let child = StoredAgent(
        id: uuid(2),
        name: "bot-child",
        kind: .service,
        parentID: uuid(1),
        createdAt: 12,
        updatedAt: 12
    )
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
    let derivedKey = StoredKey(
        id: uuid(14),
        owner: .agent(id: uuid(1)),
        name: "derived",
        prefix: "alter_dk_abcd",
        digest: KeyDigest(ofKey: "three".utf8),
        createdAt: 14,
        expiresAt: 90,
        scopes: ["proxy:execute", "grants:read"],
        parentID: uuid(3),
        networks: ["10.0.0.0/8"],
        requestsPerMinute: 5,
        successorID: uuid(3),
        rotatedUntil: 80,
        revokedAt: 81,
        end: .parentRevoked
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
        groupsIssuedAt: 17,
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

    let connectionSecret = StoredSecret(
        id: uuid(20),
        kind: .connection,
        name: "connection-1",
        provider: "github",
        hosts: [],
        allowsSelfBind: true,
        selfBinders: [],
        createdAt: 27,
        updatedAt: 27
    )
    let connection = StoredConnection(
        id: uuid(21),
        userID: uuid(7),
        provider: "github",
        account: "octo@example.test",
        accountDisplayName: "Octo",
        scopes: ["repo", "user:email"],
        status: .broken,
        secretID: uuid(20),
        tokenEndsAt: 60,
        createdAt: 28,
        updatedAt: 29
    )
    let session = StoredConnectSession(
        id: uuid(22),
        pollDigest: KeyDigest(ofKey: "poll".utf8),
        pageDigest: KeyDigest(ofKey: "page".utf8),
        userID: uuid(7),
        agentID: uuid(1),
        request: #"{"providers":["github"]}"#,
        status: .completed,
        outcome: #"{"grants":[]}"#,
        createdAt: 30,
        expiresAt: 40
    )
    let idempotency = StoredIdempotency(
        asker: uuid(3),
        digest: KeyDigest(ofKey: "first".utf8),
        bodyDigest: KeyDigest(ofKey: "body".utf8),
        subjectID: uuid(1),
        createdAt: 31,
        expiresAt: 41
    )
    let approval = StoredApproval(
        id: uuid(23),
        asker: Asker(.agent("bot"), agentID: uuid(1)),
        keyID: uuid(3),
        grantID: "declared/1",
        sender: .daemon,
        gates: #"[{"id":"\#(uuid(24))","approver":"\#(uuid(25))"},{"id":"\#(uuid(26))"}]"#,
        fingerprint: KeyDigest(ofKey: "print".utf8),
        outline: ApprovalOutline(
            sentence: "Agent bot posts.",
            asker: "agent bot",
            method: "POST",
            host: "api.test",
            path: "/",
            isPartial: true,
            body: ApprovalOutline.Body(kind: "json", bytes: 3, sha256: KeyDigest(ofKey: "{ }".utf8))
        ),
        createdAt: 32,
        expiresAt: 42
    )
    let decidedApproval = StoredApproval(
        id: uuid(27),
        asker: Asker(.app),
        grantID: uuid(12),
        sender: .client,
        status: .executed,
        gates: "[]",
        fingerprint: KeyDigest(ofKey: "print".utf8),
        outline: ApprovalOutline(
            sentence: "The application reads.",
            asker: "the application",
            method: "GET",
            host: "api.test",
            path: "/",
            isPartial: false,
            body: nil
        ),
        reason: "why",
        createdAt: 33,
        expiresAt: 43,
        decidedAt: 34,
        decisionReason: "because",
        executedAt: 35,
        failure: "none"
    )

    /// Writes all of it.
    func insert(into writer: any StoreWriter) throws {
        for agent in [agent, child] { try writer.insert(agent) }
        for key in [key, derivedKey] { try writer.insert(key) }
        try writer.insert(appKey(of: try writer.app()))
        try writer.insert(provider)
        try writer.insert(secret)
        for version in [oldVersion, version] { try writer.insert(version) }
        try writer.insert(user)
        try writer.insert(connectionSecret)
        try writer.insert(connection)
        try writer.insert(session)
        try writer.insert(idempotency)
        for approval in [approval, decidedApproval] {
            try writer.insert(approval, request: Secret("planted-request".utf8))
        }
        try writer.update(decidedApproval, answer: Secret("planted-result".utf8))
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
        #expect(try reader.agentKeys() == [key, derivedKey])
        #expect(try reader.keys(of: .agent(id: agent.id)) == [key, derivedKey])
        #expect(try reader.key(digest: derivedKey.digest) == derivedKey)
        #expect(try reader.keys(derivedFrom: key.id) == [derivedKey])
        #expect(try reader.keys(of: .agent(id: child.id)) == [])
        let appKey = appKey(of: try reader.app())
        #expect(try reader.keys(of: appKey.owner) == [appKey])
        #expect(try reader.key(id: appKey.id) == appKey)
        #expect(try reader.key(digest: appKey.digest) == appKey)
        #expect(try reader.appKeys() == [appKey])
        #expect(try reader.key(id: key.id) == key)
        #expect(try reader.providers() == [provider])
        #expect(try reader.provider(named: "github") == provider)
        #expect(try reader.secrets(includingRevoked: false) == [secret, connectionSecret])
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
        try expectWaysOfUsers(in: reader)
        try expectApprovals(in: reader)
    }

    private func expectWaysOfUsers(in reader: any StoreReader) throws {
        #expect(try reader.connection(id: connection.id) == connection)
        #expect(try reader.connection(secretID: connectionSecret.id) == connection)
        #expect(try reader.connections(ofUser: user.id, includingRevoked: false) == [connection])
        #expect(try reader.connections(ofUser: nil, includingRevoked: true) == [connection])
        #expect(try reader.connections(ofUser: uuid(99), includingRevoked: true) == [])
        #expect(try reader.connectSession(pollDigest: session.pollDigest) == session)
        #expect(try reader.connectSession(pageDigest: session.pageDigest) == session)
        #expect(try reader.connectSession(pageDigest: session.pollDigest) == nil)
        for (agentID, time, isPending, count) in [
            (agent.id, 39, false, 1), (agent.id, 40, false, 0), (agent.id, 39, true, 0), (nil, 39, false, 0),
        ] as [(String?, Int64, Bool, Int)] {
            let found = try reader.connectSessionCount(
                ofUser: user.id,
                agent: agentID,
                at: time,
                isPending: isPending
            )
            #expect(found == count)
        }
        #expect(try reader.idempotencyCount(of: key.id) == 1)
        #expect(try reader.idempotencyCount(of: agent.id) == 0)
        #expect(try reader.idempotency(idempotency.digest) == idempotency)
        #expect(try reader.idempotency(idempotency.bodyDigest) == nil)
    }

    private func expectApprovals(in reader: any StoreReader) throws {
        #expect(try reader.approval(id: approval.id) == approval)
        let all = Set(StoredApproval.Status.allCases)
        #expect(try reader.approvals(ApprovalFilter(all), Page()) == [decidedApproval, approval])
        #expect(try reader.approvals(ApprovalFilter(all), Page(limit: 1, offset: 1)) == [approval])
        let selected: [(ApprovalFilter, [StoredApproval])] = [
            (ApprovalFilter([.pending], asker: approval.asker), [approval]),
            // The same name, in the configuration file or another time.
            (ApprovalFilter([.pending], asker: Asker(.agent("bot"))), []),
            (ApprovalFilter([.pending], asker: Asker(.agent("bot"), agentID: child.id)), []),
            (ApprovalFilter([.pending, .executed], asker: Asker(.app)), [decidedApproval]),
            (ApprovalFilter([.pending], asker: Asker(.app)), []), (ApprovalFilter([]), []),
            (ApprovalFilter(all, approver: uuid(25)), [approval]), (ApprovalFilter(all, approver: "nobody"), []),
            (ApprovalFilter(all, endingAfter: approval.expiresAt), [decidedApproval]),
        ]
        for (filter, expected) in selected {
            #expect(try reader.approvals(filter, Page()) == expected)
            #expect(try reader.approvalCount(filter) == expected.count)
        }
        #expect(try reader.frozenRequest(ofApproval: approval.id)?.text == "planted-request")
        #expect(try reader.answer(ofApproval: approval.id) == nil)
        // What was frozen has made room for the answer.
        #expect(try reader.frozenRequest(ofApproval: decidedApproval.id) == nil)
        #expect(try reader.answer(ofApproval: decidedApproval.id)?.text == "planted-result")
        let print = approval.fingerprint
        #expect(try reader.approval(fingerprint: print, in: [.pending])?.id == approval.id)
        #expect(try reader.approval(fingerprint: print, in: [.pending, .executed])?.id == decidedApproval.id)
        #expect(try reader.approval(gateID: uuid(26))?.id == approval.id)
        // That is who decides, not what is decided.
        #expect(try reader.approval(gateID: uuid(25)) == nil)
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

extension Secret {
    /// For tests alone.
    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

/// An id that only tests make.
func uuid(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}
