import PosternAdmin
import PosternCore
import PosternTestSupport

/// An office in which Olga does anything at random, and the keys that she handed out.
struct RandomOffice {
    static let providers = ["anthropic": "api.anthropic.com", "openai": "api.openai.com"]

    static let users = ["ana", "ben"]
    static let groups = ["ops", "dev"]

    let office: Office
    private(set) var keys: [String] = []
    private var random: SplitMix64
    private let names = ["a", "b", "c", "d"]
    private var values = 0

    init(seed: UInt64) throws {
        office = try Office(isLive: true)
        random = SplitMix64(seed: seed)
    }

    /// Does one act, which may be refused.
    mutating func act() async throws {
        let admin = office.administration
        let (agent, secret) = (random.pick(names), random.pick(names))
        switch random.below(25) {
        case 0...2: try await create(agent)
        case 3 where random.below(2) == 0: _ = try await admin.pauseAgent(agent, by: Office.olga)
        case 4, 5, 16: _ = try await admin.resumeAgent(agent, by: Office.olga)
        case 6 where random.below(3) == 0: _ = try await admin.revokeAgent(agent, by: Office.olga)
        case 7:
            let expiry = random.below(2) == 0 ? Expiry.never : .after(.seconds(5))
            keys.append(
                text(try await admin.mintKey(forAgent: agent, NewKey(expiry: expiry), by: Office.olga).plaintext)
            )
        case 8:
            let key = random.pick(try await admin.keys(ofAgent: agent)).name
            _ = try await admin.revokeKey(agent: agent, key: key, force: true, by: Office.olga)
        case 9...10:
            let provider = random.pick(RandomOffice.providers.keys.sorted())
            try await office.secret(secret, provider: provider, values: ["secret": value()])
        case 11:
            let values = ["secret": Secret(Array(value().utf8))]
            let overlap = Duration.seconds(random.below(2) * 5)
            _ = try await admin.rotateSecret(secret, values: values, overlap: overlap, by: Office.olga)
        case 12: _ = try await admin.rollbackSecret(secret, by: Office.olga)
        case 13 where random.below(3) == 0: _ = try await admin.revokeSecret(secret, by: Office.olga)
        case 13...15: try await grant(to: agent, of: secret)
        case 17:
            let grants = try await admin.grants().items
            if !grants.isEmpty { _ = try await admin.revokeGrant(random.pick(grants).grant.id, by: Office.olga) }
        case 18: try await changePolicy(of: agent)
        case 20: try await changeUser()
        case 21, 22: try await grantToOther(than: agent, of: secret)
        case 23: try await changeScopes(of: agent)
        case 24 where random.below(4) == 0:
            try await admin.removeUser(random.pick(RandomOffice.users), by: Office.olga)
        default:
            office.time.pass(.seconds(random.below(4)))
            try await admin.forgetDueVersions()
        }
    }

    private mutating func create(_ name: String) async throws {
        var new = NewAgent(name: name)
        if random.below(4) == 0 { new.parent = random.pick(names) }
        if let key = try await office.administration.createAgent(new, by: Office.olga).key {
            keys.append(text(key.plaintext))
        }
    }

    private mutating func grant(to agent: String, of secret: String) async throws {
        var parent: StoredGrant?
        let grants = try await office.administration.grants().items
        if random.below(3) == 0, !grants.isEmpty { parent = random.pick(grants).grant }
        try await office.grant(
            to: .agent(agent),
            of: parent?.secretID ?? secret,
            below: parent?.id,
            expiry: random.below(3) == 0 && parent == nil ? .after(.seconds(6)) : .never
        )
    }

    /// Makes a user known, changes the groups, suspends the user or takes that back.
    private mutating func changeUser() async throws {
        let subject = random.pick(RandomOffice.users)
        let groups = RandomOffice.groups.filter { _ in random.below(2) == 0 }
        if try await !office.administration.users().contains(where: { $0.subject == subject }) {
            let user = VerifiedUser(subject: subject, issuer: "https://issuer.test", groups: groups)
            _ = try await office.administration.user(for: user, by: Office.olga)
            return
        }
        var change = UserChange()
        change.groups = .set(groups)
        change.isSuspended = .set(random.below(4) == 0)
        _ = try await office.administration.updateUser(subject, change, by: Office.olga)
    }

    /// Grants something to a user, a group or the application, and sometimes an agent something below that.
    private mutating func grantToOther(than agent: String, of secret: String) async throws {
        let principals: [PrincipalReference] = [
            .user(random.pick(RandomOffice.users)), .group(random.pick(RandomOffice.groups)), .system,
        ]
        let grant = try await office.grant(to: random.pick(principals), of: secret)
        if random.below(2) == 0 { try await office.grant(to: .agent(agent), of: secret, below: grant.id) }
    }

    private mutating func changeScopes(of agent: String) async throws {
        var change = AgentChange()
        change.scopes = .set(random.below(3) > 0 ? [:] : ["openai": []])
        _ = try await office.administration.updateAgent(agent, change, by: Office.olga)
    }

    private mutating func changePolicy(of agent: String) async throws {
        var change = AgentChange()
        change.policy = .set(random.below(4) > 0 ? nil : #"{"providers":["openai"]}"#)
        _ = try await office.administration.updateAgent(agent, change, by: Office.olga)
    }

    private mutating func value() -> String {
        values += 1
        return "sk-value-\(100_000 + values)-end"
    }
}
