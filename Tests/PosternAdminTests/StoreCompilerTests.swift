import PosternAdmin
import PosternCore
import Testing

/// What of the store is in force: users, groups and the application beside agents.
@Suite struct StoreCompilerTests {
    let office: Office
    let admin: Administration
    let live: LiveDirectory
    let olga = Office.olga

    init() throws {
        office = try Office(isLive: true)
        admin = office.administration
        live = try #require(office.live)
    }

    @Test("a user has what is granted to them and to their groups, and nobody else's") func users() async throws {
        try await office.secret()
        let ana = try await user("ana", ["ops", "dev"])
        let bob = try await user("bob", ["dev"])
        let eve = try await user("eve", [])
        #expect(reached(ana) == nil && reached(bob) == nil)
        let own = try await office.grant(to: .user("ana")).id
        let ops = try await office.grant(to: .group("ops")).id
        let dev = try await office.grant(to: .group("dev")).id
        _ = try await office.grant(to: .group("de"))
        #expect(reached(ana) == [own, ops, dev].sorted() && reached(bob) == [dev] && reached(eve) == nil)
        var change = UserChange()
        change.groups = .set(["ops"])
        _ = try await admin.updateUser("ana", change, by: olga)
        #expect(reached(ana) == [own, ops].sorted())
        _ = try await admin.revokeGrant(ops, by: olga)
        #expect(reached(ana) == [own])
        _ = try await admin.revokeGrant(own, by: olga)
        #expect(reached(ana) == nil && reached(bob) == [dev])
        try await checkAfterRestart()
    }

    @Test("a suspended user has nothing, nor has who stands below") func suspended() async throws {
        try await office.secret()
        try await office.agent("bot")
        let ana = try await user("ana", ["ops"])
        let own = try await office.grant(to: .user("ana")).id
        let ops = try await office.grant(to: .group("ops")).id
        let below = try await office.grant(to: .agent("bot"), below: own).id
        let ofGroup = try await office.grant(to: .agent("bot"), below: ops).id
        #expect(reached(ana) == [own, ops].sorted() && reached(.agent("bot")) == [below, ofGroup].sorted())
        var change = UserChange()
        change.isSuspended = .set(true)
        _ = try await admin.updateUser("ana", change, by: olga)
        #expect(reached(ana) == nil && reached(.agent("bot")) == [ofGroup])
        try await checkAfterRestart()
    }

    @Test("the application is there without a grant, and has what is granted to the system") func app() async throws {
        #expect(reached(.app) == [])
        try await office.secret()
        let grant = try await office.grant(to: .system).id
        #expect(reached(.app) == [grant])
        let agent = try await office.agent("bot")
        #expect(reached(.agent("bot")) == [] && live.directory.agent(id: agent.id)?.name == "bot")
        _ = try await admin.revokeGrant(grant, by: olga)
        #expect(reached(.app) == [])
        try await checkAfterRestart()
    }

    @Test("keys of the application are its own, with what binds them") func appKeys() async throws {
        var new = NewKey(name: "one", expiry: .after(.seconds(100)))
        new.scopes = ["agents:admin"]
        new.networks = ["10.0.0.0/8"]
        new.requestsPerMinute = 7
        let minted = try await admin.mintAppKey(new, by: olga).key
        let other = try await admin.mintAppKey(NewKey(name: "two"), by: olga).key
        let held = try #require(live.directory.key(minted.digest))
        #expect(held.principal == .app && held.id == minted.id)
        #expect(held.key.scopes == ["agents:admin"] && held.key.networks == ["10.0.0.0/8"])
        #expect(held.key.limits == Limits(requestsPerMinute: 7) && !held.key.isDeprecated)
        #expect(held.key.expiresAt == office.time.now / 1_000_000_000 + 100)
        #expect(live.directory.key(other.digest)?.key.scopes == nil)
        _ = try await admin.deprecateAppKey(minted.id, by: olga)
        #expect(live.directory.key(minted.digest)?.key.isDeprecated == true)
        try await checkAfterRestart()
        _ = try await admin.revokeAppKey(minted.id, force: false, by: olga)
        #expect(live.directory.key(minted.digest) == nil && live.directory.key(other.digest) != nil)
        try await checkAfterRestart()
    }

    @Test("a rule knows what there is to say of its grant") func facts() async throws {
        let secret = try await office.secret()
        let ana = try await user("ana", [])
        try await office.agent("bot")
        var new = NewGrant(to: .user("ana"), of: "prod")
        new.label = "for work"
        new.isDelegable = true
        let own = try await admin.createGrant(new, by: olga).grant
        let below = try await office.grant(to: .agent("bot"), below: own.id, isDelegable: false)
        let first = GrantFacts(secretName: "prod", secretID: secret.id, label: "for work", userID: ana)
        #expect(rules(.user(ana)).map(\.facts) == [first])
        let second = GrantFacts(secretName: "prod", secretID: secret.id, userID: ana, parentID: own.id, depth: 1)
        #expect(rules(.agent("bot")).map(\.facts) == [second])
        #expect(rules(.agent("bot")).map(\.id) == [below.id] && !second.isConnection)
        try await checkAfterRestart()
    }

    @Test("a user of the name of an agent, or of the application, is neither") func names() async throws {
        try await office.secret()
        try await office.agent("bot")
        let users = [try await user("bot", []), try await user("app:", []), try await user("user:x", [])]
        for subject in ["bot", "app:", "user:x"] { try await office.grant(to: .user(subject)) }
        #expect(reached(.agent("bot")) == [] && reached(.app) == [])
        for id in users { #expect(reached(id)?.count == 1 && live.directory.agent(id: id) == nil) }
    }

    private func user(_ subject: String, _ groups: [String]) async throws -> String {
        var new = NewUser(subject: subject)
        new.groups = groups
        return try await admin.createUser(new, by: olga).id
    }

    private func rules(_ principal: PrincipalID) -> [AccessRule] { live.directory.principal(principal)?.rules ?? [] }

    private func reached(_ principal: PrincipalID) -> [String]? {
        live.directory.principal(principal)?.rules.map(\.id).sorted()
    }

    private func reached(_ user: String) -> [String]? { reached(.user(user)) }

    /// Everything compiled anew from the store is what the changes have come to.
    private func checkAfterRestart() async throws {
        let anew = try LiveDirectory(office.store, declared: live.declared, placeholders: .random()).directory
        #expect(summary(anew) == summary(live.directory))
    }

    private func summary(_ directory: Directory) -> [String] {
        directory.agents.map { agent in
            let rules = agent.rules.map { "\($0.id) \($0.facts.map { "\($0)" } ?? "-")" }.sorted()
            return "\(agent.name) \(agent.id ?? "-") \(rules) \(agent.keys.map { $0.id ?? "-" }.sorted())"
        }.sorted()
    }
}
