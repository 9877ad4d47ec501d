import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct AgentScopeTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office(isLive: true)
        admin = office.administration
    }

    @Test("scopes that are taken away hold until the grace is over") func graced() async throws {
        try await agent(["google": ["drive", "mail"], "slack": ["chat"]])
        var change = AgentChange()
        change.scopes = .set(["google": ["drive"], "github": ["repo"]])
        change.grace = .seconds(60)
        let changed = try await admin.updateAgent("bot", change, by: olga)
        #expect(changed.scopes == #"{"github":["repo"],"google":["drive","mail"],"slack":["chat"]}"#)
        #expect(changed.pendingScopes == #"{"github":["repo"],"google":["drive"]}"#)
        #expect(changed.scopesApplyAt == office.time.now + 60_000_000_000)
        office.time.pass(.seconds(59))
        #expect(try await admin.applyDueScopes() == [])
        #expect(try await admin.updateAgent("bot", change, by: olga).scopesApplyAt == changed.scopesApplyAt)
        office.time.pass(.seconds(1))
        #expect(try await admin.applyDueScopes() == [changed.id])
        #expect(office.effects.last.agents == [changed.id])
        let narrowed = try await admin.agent("bot")
        #expect(narrowed.scopes == changed.pendingScopes)
        #expect(narrowed.pendingScopes == nil && narrowed.scopesApplyAt == nil)
        #expect(narrowed.version == changed.version + 1)
        #expect(try await admin.applyDueScopes() == [])
    }

    @Test("what is added holds at once, and what is taken away without a grace too") func atOnce() async throws {
        try await agent(["google": ["drive"]])
        for (scopes, grace) in [
            (["google": ["drive", "mail"]], 60), (["google": ["drive"]], 0), ([:], 60),
        ] as [([String: [String]], Int64)] {
            var change = AgentChange()
            change.scopes = .set(scopes)
            change.grace = .seconds(grace)
            let changed = try await admin.updateAgent("bot", change, by: olga)
            #expect(changed.pendingScopes == nil)
            #expect(changed.scopes.contains("mail") == (scopes["google"]?.contains("mail") ?? false))
        }
    }

    @Test("no scopes are all: naming some takes the others away") func fromAll() async throws {
        try await agent([:])
        var change = AgentChange()
        change.scopes = .set(["google": []])
        change.grace = .seconds(60)
        let changed = try await admin.updateAgent("bot", change, by: olga)
        #expect(changed.scopes == "{}" && changed.pendingScopes == #"{"google":[]}"#)
        change.grace = .zero
        #expect(try await admin.updateAgent("bot", change, by: olga).scopes == #"{"google":[]}"#)
    }

    @Test("a grace is seven days at most", arguments: [Duration.seconds(-1), .seconds(604_801), .seconds(Int64.max)])
    func longest(grace: Duration) async throws {
        try await agent(["google": ["drive"]])
        var change = AgentChange()
        change.scopes = .set(["slack": []])
        change.grace = grace
        let refused = change
        await PosternAdminTests.refused("invalid_request") {
            _ = try await admin.updateAgent("bot", refused, by: olga)
        }
    }

    @Test("only what is in the scopes can be used") func enforced() async throws {
        try await agent([:])
        for (secret, provider) in [("a", "anthropic"), ("b", "openai"), ("c", "openai")] {
            try await office.secret(secret, provider: provider)
            try await office.grant(of: secret)
        }
        for (scopes, reached) in [
            ([:], ["a", "b", "c"]), (["anthropic": []], ["a"]), (["openai": ["x"]], ["b", "c"]),
            (["managed_secret_slugs": ["c", "a"]], ["a", "c"]), (["b": []], ["b"]), (["managed_secret_slugs": []], []),
            (["github": []], []), (["managed_secret_slugs": ["openai"]], []),
            (["managed_secret_slugs": ["openai"], "anthropic": []], ["a"]),
        ] as [([String: [String]], [String])] {
            var change = AgentChange()
            change.scopes = .set(scopes)
            _ = try await admin.updateAgent("bot", change, by: olga)
            let rules = office.live?.directory.agent(named: "bot")?.rules
            #expect(rules?.compactMap { $0.credential?.name }.sorted() == reached, "\(scopes)")
        }
    }

    @Test("a change of what was changed meanwhile is refused") func versions() async throws {
        try await agent([:])
        var change = AgentChange()
        change.expectedVersion = 1
        change.displayName = .set("A")
        _ = try await admin.updateAgent("bot", change, by: olga)
        let stale = change
        await refused("agent_concurrent_update") { _ = try await admin.updateAgent("bot", stale, by: olga) }
        change.expectedVersion = 2
        #expect(try await admin.updateAgent("bot", change, by: olga).version == 2)
    }

    private func agent(_ scopes: [String: [String]]) async throws {
        var new = NewAgent(name: "bot")
        new.scopes = scopes
        _ = try await admin.createAgent(new, by: olga)
    }
}

@Suite struct OnceTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    @Test("the same request makes one agent, and shows its key once") func once() async throws {
        var new = NewAgent(name: "bot")
        new.kind = .service
        let first = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
        let records = office.sink.lines.count
        let second = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
        #expect(first.key != nil && !first.isReplayed)
        #expect(second.key == nil && second.isReplayed && second.agent == first.agent)
        #expect(first.agent.kind == .service)
        #expect(office.sink.lines.count == records)
    }

    @Test("another request under the same key is refused, and another's key is another one")
    func another() async throws {
        _ = try await admin.createAgent(NewAgent(name: "bot"), idempotencyKey: "k", by: olga)
        var other = NewAgent(name: "bot")
        other.scopes = ["google": []]
        let asked = other
        await refused("idempotency_key_body_mismatch") {
            _ = try await admin.createAgent(asked, idempotencyKey: "k", by: olga)
        }
        await refused("agent_name_exists") {
            let otto = Operator(userID: 1001, name: "otto")
            _ = try await admin.createAgent(NewAgent(name: "bot"), idempotencyKey: "k", by: otto)
        }
        office.time.pass(.seconds(86_401))
        await refused("agent_name_exists") {
            _ = try await admin.createAgent(NewAgent(name: "bot"), idempotencyKey: "k", by: olga)
        }
    }

    @Test("not more than a thousand requests of one operator are remembered") func remembered() async throws {
        try office.store.write { [now = office.time.now] store throws in
            for number in 0..<1000 {
                let row = StoredIdempotency(
                    asker: "user 1000",
                    digest: KeyDigest(ofKey: "\(number)".utf8),
                    bodyDigest: KeyDigest(ofKey: "".utf8),
                    subjectID: "00000000-0000-4000-8000-000000000001",
                    createdAt: now,
                    expiresAt: now + 86_400_000_000_000
                )
                try store.insert(row)
            }
        }
        let new = NewAgent(name: "bot")
        await refused("too_many_idempotency_keys") {
            _ = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
        }
        let otto = Operator(userID: 1001, name: "otto")
        _ = try await admin.createAgent(NewAgent(name: "other"), idempotencyKey: "k", by: otto)
        office.time.pass(.seconds(86_401))
        _ = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
    }

    @Test("an agent that may not act any more is not handed out again") func ended() async throws {
        let new = NewAgent(name: "bot")
        _ = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
        _ = try await admin.pauseAgent("bot", by: olga)
        await refused("idempotency_key_agent_inactive") {
            _ = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
        }
        _ = try await admin.revokeAgent("bot", by: olga)
        await refused("idempotency_key_agent_revoked") {
            _ = try await admin.createAgent(new, idempotencyKey: "k", by: olga)
        }
        #expect(try await admin.findAgent(named: "bot") == nil)
    }

    @Test("an agent that was refused can be asked for again") func refusedFirst() async throws {
        let declared = NewAgent(name: "declared-bot")
        await refused("agent_name_exists") {
            _ = try await admin.createAgent(declared, idempotencyKey: "k", by: olga)
        }
        let made = try await admin.createAgent(NewAgent(name: "bot"), idempotencyKey: "k", by: olga)
        #expect(!made.isReplayed)
        #expect(try await admin.findAgent(named: "bot") == made.agent)
    }
}
