import PosternAdmin
import PosternCore
import PosternTestSupport
import Testing

@Suite struct AuditTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    /// Does one of every kind of act; each with its action and what its record names.
    private func everyAct() -> [(action: String, names: [String: String], act: @Sendable () async throws -> Void)] {
        let (office, admin, olga) = (office, admin, olga)
        let definition = #"{"hosts":["api.own.test"],"inject":[{"header":"X-Key","value":"{secret}"}]}"#
        var change = AgentChange()
        change.displayName = .set("Bot")
        var secretChange = SecretChange()
        secretChange.allowsSelfBind = .set(true)
        var userChange = UserChange()
        userChange.displayName = .set("Alice")
        let bot = ["postern.agent": "bot"]
        let key = bot.merging(["postern.key": "bot-2"]) { $1 }
        let prod = ["postern.secret": "prod", "postern.provider": "own"]
        let alice = ["postern.user": "alice"]
        return [
            ("agent_create", bot, { try await office.agent("bot") }),
            ("agent_update", bot, { [change] in _ = try await admin.updateAgent("bot", change, by: olga) }),
            ("agent_pause", bot, { _ = try await admin.pauseAgent("bot", by: olga) }),
            ("agent_resume", bot, { _ = try await admin.resumeAgent("bot", by: olga) }),
            ("key_mint", key, { _ = try await admin.mintKey(forAgent: "bot", NewKey(), by: olga) }),
            ("key_deprecate", key, { _ = try await admin.deprecateKey(agent: "bot", key: "bot-2", by: olga) }),
            ("key_undeprecate", key, { _ = try await admin.undeprecateKey(agent: "bot", key: "bot-2", by: olga) }),
            ("key_revoke", key, { _ = try await admin.revokeKey(agent: "bot", key: "bot-2", force: false, by: olga) }),
            ("app_key_mint", ["postern.key": "ci"], { _ = try await admin.mintAppKey(NewKey(name: "ci"), by: olga) }),
            ("app_key_deprecate", ["postern.key": "ci"], { _ = try await admin.deprecateAppKey("ci", by: olga) }),
            ("app_key_undeprecate", ["postern.key": "ci"], { _ = try await admin.undeprecateAppKey("ci", by: olga) }),
            (
                "app_key_revoke", ["postern.key": "ci"],
                { _ = try await admin.revokeAppKey("ci", force: true, by: olga) }
            ),
            (
                "provider_define", ["postern.provider": "own"],
                {
                    _ = try await admin.defineProvider("own", definition: definition, by: olga)
                }
            ),
            ("secret_create", prod, { try await office.secret(provider: "own") }),
            (
                "secret_update", prod,
                { [secretChange] in _ = try await admin.updateSecret("prod", secretChange, by: olga) }
            ),
            (
                "secret_rotate", prod,
                {
                    let values = ["secret": secret("sk-second-0123456789")]
                    _ = try await admin.rotateSecret("prod", values: values, overlap: .seconds(60), by: olga)
                }
            ),
            ("secret_rollback", prod, { _ = try await admin.rollbackSecret("prod", by: olga) }),
            ("user_create", alice, { _ = try await admin.createUser(NewUser(subject: "alice"), by: olga) }),
            ("user_update", alice, { [userChange] in _ = try await admin.updateUser("alice", userChange, by: olga) }),
            ("grant_create", bot.merging(prod) { $1 }, { try await office.grant() }),
            (
                "grant_revoke", bot.merging(prod) { $1 },
                {
                    let grant = try await admin.grants().items[0].grant
                    _ = try await admin.revokeGrant(grant.id, by: olga)
                }
            ),
            ("user_remove", alice, { try await admin.removeUser("alice", by: olga) }),
            ("secret_revoke", prod, { _ = try await admin.revokeSecret("prod", by: olga) }),
            ("provider_remove", ["postern.provider": "own"], { try await admin.removeProvider("own", by: olga) }),
            ("agent_revoke", bot, { _ = try await admin.revokeAgent("bot", by: olga) }),
            (
                "store_rekey", [:],
                {
                    let key = MasterKey.key(Secret([UInt8](repeating: 9, count: MasterKey.byteCount)))
                    try await admin.rekeyStore(to: key, by: olga)
                }
            ),
        ]
    }

    @Test("every act leaves one record with who did what to what") func everyAct() async throws {
        for (action, names, act) in everyAct() {
            let before = office.sink.lines.count
            try await act()
            #expect(office.sink.lines.count == before + 1, "\(action)")
            let members = ["event.action": action, "event.outcome": "success", "user.name": "olga"]
            #expect(has(office.sink.last, members.merging(names) { $1 }), "\(office.sink.last)")
            #expect(office.sink.last.contains(#""user.id":1000"#))
        }
    }

    @Test("an act that the log does not take is not done") func actLog() async throws {
        for (action, _, act) in everyAct() {
            let (before, effects) = (try await everything(), office.effects.count)
            office.sink.refuses = true
            #expect(await code(act) == "audit_unavailable", "\(action)")
            // The log keeps that it failed until it can be written, and never that it was done.
            let members = ["event.action": action, "event.outcome": "failure", "error.code": "audit_unavailable"]
            #expect(has(office.sink.last, members))
            #expect(try await everything() == before, "\(action)")
            #expect(office.effects.count == effects)
            office.sink.refuses = false
            try await act()
        }
        #expect(office.sink.refused.count == everyAct().count)
    }

    @Test("a refused act is recorded with its code") func refusedAct() async throws {
        try await office.agent("bot")
        await refused("agent_name_exists") { try await office.agent("bot") }
        let members = [
            "event.action": "agent_create", "event.outcome": "failure", "error.code": "agent_name_exists",
            "postern.agent": "bot", "user.name": "olga",
        ]
        #expect(has(office.sink.last, members))
        await refused("agent_not_found") { _ = try await admin.pauseAgent("nobody", by: olga) }
        #expect(has(office.sink.last, ["event.action": "agent_pause", "error.code": "agent_not_found"]))
    }

    @Test("what cannot be put in force is stored, and said to be not in force") func cannotPut() async throws {
        office.effects.works = false
        await refused("not_in_force") { try await office.agent("bot") }
        #expect(try await admin.agent("bot").status == .active)
        #expect(office.sink.lines.count == 2)
        #expect(has(office.sink.last, ["event.action": "agent_create", "error.code": "not_in_force"]))
    }

    @Test("no record, refusal or file holds a secret or a key") func recordRefusal() async throws {
        let planted = "alter-planted-0123456789abcdef-secret"
        var messages: [String] = []
        let given = [
            ["secret": planted], ["secret": planted, "x": planted], ["secret": planted + "\n"], ["x": planted],
            [planted: planted],
        ]
        for (number, values) in given.enumerated() {
            for (index, provider) in ["anthropic", "okta", "nothing", planted].enumerated() {
                let name = "prod-\(number)-\(index)"
                messages.append(
                    await message { try await office.secret(name, provider: provider, values: values) }
                )
            }
        }
        #expect(messages.filter { $0 == "accepted" }.count == 1)
        try await office.agent("bot")
        messages.append(await message { try await office.agent(planted.uppercased() + planted) })
        for reference in [planted + planted] {
            messages.append(await message { _ = try await admin.pauseAgent(reference, by: olga) })
            messages.append(await message { _ = try await admin.revokeSecret(reference, by: olga) })
            messages.append(await message { _ = try await admin.revokeGrant(reference, by: olga) })
            messages.append(await message { _ = try await admin.user(reference) })
            messages.append(
                await message { _ = try await admin.revokeKey(agent: "bot", key: reference, force: true, by: olga) }
            )
        }
        let minted = try await admin.mintKey(forAgent: "bot", NewKey(), by: olga)
        let secrets = [planted, text(minted.plaintext)]
        for secret in secrets {
            for line in office.sink.lines { #expect(!line.contains(secret), "\(line)") }
            for file in try office.files() { #expect(!file.contains(run: Array(secret.utf8))) }
        }
        for message in messages where message != "accepted" { #expect(!message.contains(planted), "\(message)") }
    }

    /// All that the store holds.
    private func everything() async throws -> [String] {
        var query = GrantQuery()
        query.includesRevoked = true
        var lines = try await admin.agents(includingRevoked: true).items.map { "\($0)" }
        for agent in try await admin.agents(includingRevoked: true).items {
            lines += try await admin.keys(ofAgent: agent.id).map { "\($0)" }
        }
        lines += try await admin.appKeys().map { "\($0)" }
        lines += try await admin.providers().map { "\($0)" }
        for secret in try await admin.secrets(includingRevoked: true) {
            lines.append("\(secret)")
            lines += try await admin.secret(secret.id).versions.map { "\($0)" }
        }
        lines += try await admin.grants(query).items.map { "\($0)" }
        lines += try await admin.users().map { "\($0)" }
        return lines
    }
}
