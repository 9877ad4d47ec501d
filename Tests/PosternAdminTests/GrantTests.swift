import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct GrantTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() async throws {
        office = try Office()
        admin = office.administration
        try await office.agent("bot")
        try await office.agent("eve")
        try await office.secret()
    }

    @Test("a grant lets any kind of principal use a secret") func grantLets() async throws {
        let user = try await admin.createUser(NewUser(subject: "alice@example.com"), by: olga)
        let bot = try await admin.agent("bot")
        let principals: [(PrincipalReference, StoredGrant.Principal, String?)] = [
            (.agent("bot"), .agent(id: bot.id), "bot"), (.agent(bot.id), .agent(id: bot.id), "bot"),
            (.user("alice@example.com"), .user(id: user.id), "alice@example.com"),
            (.group("ops"), .group(name: "ops"), "ops"), (.system, .system, nil),
        ]
        for (reference, principal, name) in principals {
            let grant = try await admin.createGrant(NewGrant(to: reference, of: "prod"), by: olga)
            #expect(grant.grant.principal == principal)
            #expect(grant.principalName == name)
            #expect(grant.secretName == "prod")
            #expect(grant.provider == "anthropic")
            #expect(grant.uses == nil)
            #expect(try await admin.grant(grant.grant.id) == grant)
        }
        #expect(try await admin.grants().total == 5)
    }

    @Test("only who may act gets a grant") func mayAct() async throws {
        _ = try await admin.pauseAgent("bot", by: olga)
        await refused("agent_paused") { try await office.grant() }
        let eve = try await admin.revokeAgent("eve", by: olga)
        await refused("agent_revoked") { try await office.grant(to: .agent(eve.id)) }
        await refused("agent_revoked") { try await office.grant(to: .agent("eve")) }
        await refused("user_not_found") { try await office.grant(to: .user("alice")) }
        await refused("invalid_request") { try await office.grant(to: .group("")) }
        _ = try await admin.createUser(NewUser(subject: "alice"), by: olga)
        var change = UserChange()
        change.isSuspended = .set(true)
        _ = try await admin.updateUser("alice", change, by: olga)
        await refused("user_suspended") { try await office.grant(to: .user("alice")) }
        #expect(try await admin.grants().total == 0)
    }

    @Test(
        "terms that mean nothing, or go beyond the secret's hosts, are refused",
        arguments: [
            "", "[]", "{", #"{"metods":["GET"]}"#, #"{"methods":"GET"}"#, #"{"hosts":["evil.test"]}"#,
            #"{"hosts":["*.anthropic.com"]}"#, #"{"hosts":["api.anthropic.com","evil.test"]}"#,
            #"{"methods":["GET"],"methods":[]}"#,
        ]
    )
    func termsMean(terms: String) async throws {
        let refusal = await message { try await office.grant(terms: terms) }
        #expect(refusal.hasPrefix("terms: "))
        #expect(try await admin.grants().total == 0)
    }

    @Test("terms are kept as given") func termsKept() async throws {
        let terms = #"{"hosts":["api.anthropic.com"],"methods":["POST"],"paths":["/v1/messages"]}"#
        #expect(try await office.grant(terms: terms).terms == terms)
    }

    @Test("uses, labels and ends beyond reason are refused") func usesLabels() async throws {
        for uses in [0, -1] { await refused("invalid_request") { try await office.grant(maxUses: uses) } }
        await refused("invalid_request") { try await office.grant(expiry: .at(office.time.now)) }
        var new = NewGrant(to: .agent("bot"), of: "prod")
        new.label = "two\nlines"
        await refused("invalid_request") { [new] in _ = try await admin.createGrant(new, by: olga) }
        await refused("secret_not_found") { try await office.grant(of: "nothing") }
    }

    @Test("a grant below another one inherits how often and how long") func grantBelow() async throws {
        let parent = try await office.grant(
            terms: #"{"methods":["GET","POST"]}"#,
            maxUses: 10,
            expiry: .after(.seconds(60))
        )
        let child = try await office.grant(to: .agent("eve"), below: parent.id, terms: #"{"methods":["GET"]}"#)
        #expect(child.parentID == parent.id)
        #expect(child.maxUses == 10)
        #expect(child.expiresAt == parent.expiresAt)
        let less = try await office.grant(
            below: parent.id,
            terms: #"{"methods":["GET"]}"#,
            maxUses: 10,
            expiry: .after(.seconds(60))
        )
        #expect(less.maxUses == 10)
        #expect(try await admin.grant(child.id).uses == 0)
    }

    @Test(
        "a grant below another one never allows more",
        arguments: [
            ("{}", nil, 60), (#"{"methods":["GET","DELETE"]}"#, nil, 60), (#"{"methods":["GET"]}"#, 11, 60),
            (#"{"methods":["GET"]}"#, nil, 61), (#"{"methods":["GET"],"hosts":[]}"#, 0, 60),
        ] as [(String, Int?, Int64)]
    )
    func grantBelowAnotherNever(terms: String, uses: Int?, seconds: Int64) async throws {
        let parent = try await office.grant(terms: #"{"methods":["GET"]}"#, maxUses: 10, expiry: .after(.seconds(60)))
        let refusal = await code {
            try await office.grant(below: parent.id, terms: terms, maxUses: uses, expiry: .after(.seconds(seconds)))
        }
        #expect(refusal == (uses == 0 ? "invalid_request" : "not_narrower"))
        #expect(try await admin.grants().total == 1)
    }

    @Test("a grant below another one is of the same secret, and an agent's goes to an agent") func grantBelowAnother()
        async throws
    {
        try await office.secret("other")
        let parent = try await office.grant()
        await refused("not_narrower") { try await office.grant(of: "other", below: parent.id) }
        await refused("not_narrower") { try await office.grant(to: .system, below: parent.id) }
        let system = try await office.grant(to: .system)
        #expect(try await office.grant(below: system.id).parentID == system.id)
    }

    @Test("nothing is made below a grant that has ended or is not delegable") func nothingMade() async throws {
        let closed = try await office.grant(isDelegable: false)
        await refused("grant_not_delegable") { try await office.grant(below: closed.id) }
        let short = try await office.grant(expiry: .after(.seconds(5)))
        office.time.pass(.seconds(5))
        await refused("grant_expired") { try await office.grant(below: short.id) }
        let ended = try await office.grant()
        _ = try await admin.revokeGrant(ended.id, by: olga)
        await refused("grant_revoked") { try await office.grant(below: ended.id) }
        await refused("grant_not_found") { try await office.grant(below: "nothing") }
    }

    @Test("no more than eight grants are below one another") func moreThan() async throws {
        var parent: String?
        for _ in 1...8 { parent = try await office.grant(below: parent).id }
        await refused("too_deep") { try await office.grant(below: parent) }
    }

    @Test("revoking a grant ends what is below it, and nothing else") func revokingGrant() async throws {
        let top = try await office.grant()
        let left = try await office.grant(to: .agent("eve"), below: top.id)
        let right = try await office.grant(below: top.id)
        let leaf = try await office.grant(below: left.id)
        let sibling = try await office.grant()
        _ = try await admin.revokeGrant(right.id, by: olga)
        office.time.pass(.seconds(1))

        let ended = try await admin.revokeGrant(top.id, by: olga)
        #expect(ended.first == top.id)
        #expect(Set(ended) == [top.id, left.id, leaf.id])
        #expect(try await admin.grants().items.map(\.grant.id) == [sibling.id])
        #expect(try await admin.grant(right.id).grant.revokedAt == office.time.now - 1_000_000_000)
        let agents = try await admin.agents(includingRevoked: false).items.map(\.id)
        #expect(office.effects.last.agents == Set(agents))
        #expect(try await admin.revokeGrant(top.id, by: olga) == [])
        await refused("grant_not_found") { _ = try await admin.revokeGrant("nothing", by: olga) }
    }

    @Test("a list is narrowed by what is asked for") func listNarrowed() async throws {
        try await office.secret("other")
        let first = try await office.grant()
        let second = try await office.grant(to: .agent("eve"), of: "other")
        let child = try await office.grant(to: .agent("eve"), below: first.id)
        _ = try await admin.revokeGrant(second.id, by: olga)
        func ids(_ change: (inout GrantQuery) -> Void) async throws -> [String] {
            var query = GrantQuery()
            change(&query)
            let (items, total) = try await admin.grants(query)
            #expect(items.count == total)
            return items.map(\.grant.id)
        }
        #expect(try await ids { $0.principal = .agent("eve") } == [child.id])
        #expect(try await ids { ($0.principal, $0.includesRevoked) = (.agent("eve"), true) } == [second.id, child.id])
        #expect(try await ids { ($0.secret, $0.includesRevoked) = ("other", true) } == [second.id])
        #expect(try await ids { $0.parent = first.id } == [child.id])
        #expect(try await ids { $0.principal = .system } == [])
        await refused("agent_not_found") { _ = try await ids { $0.principal = .agent("nobody") } }
        let page = try await admin.grants(GrantQuery(), Page(limit: 1, offset: 1))
        #expect(page.items.map(\.grant.id) == [child.id])
        #expect(page.total == 2)
    }

    @Test("uses are counted for a grant that has a limit") func usesCounted() async throws {
        let grant = try await office.grant(maxUses: 2)
        #expect(try office.store.countUse(of: [UseLimit(grant: grant.id, maxUses: 2)]) == nil)
        #expect(try await admin.uses(ofGrant: grant.id) == 1)
        #expect(try await admin.grant(grant.id).uses == 1)
        await refused("grant_not_found") { _ = try await admin.uses(ofGrant: "nothing") }
    }
}
