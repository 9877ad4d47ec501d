import PosternAdmin
import PosternCore
import PosternTestSupport
import Testing

@Suite struct KeyTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    @Test("a key has the form that clients expect, and only its digest is kept") func keyForm() async throws {
        try await office.agent("bot")
        let agentKey = try await admin.mintKey(forAgent: "bot", NewKey(), by: olga)
        let appKey = try await admin.mintAppKey(NewKey(), by: olga)
        let texts = [text(agentKey.plaintext), text(appKey.plaintext)]
        #expect(try texts[0].wholeMatch(of: Regex("alter_key_agent_[A-Za-z0-9_-]{34}")) != nil)
        #expect(try texts[1].wholeMatch(of: Regex("alter_key_app_[A-Za-z0-9_-]{36}")) != nil)
        for (minted, text) in zip([agentKey, appKey], texts) {
            #expect(minted.key.digest == KeyDigest(ofKey: Array(text.utf8)))
            #expect(text.hasPrefix(minted.key.prefix))
            #expect(minted.key.prefix.utf8.count == (text.hasPrefix("alter_key_app") ? 18 : 20))
            let tail = Array(text.utf8.suffix(28))
            for file in try office.files() { #expect(!file.contains(run: tail)) }
        }
    }

    @Test("every character comes up, and no key twice") func everyCharacter() async throws {
        try await office.agent("bot")
        var seen: Set<String> = []
        var characters: Set<Character> = []
        for _ in 0..<60 {
            let key = text(try await admin.mintKey(forAgent: "bot", NewKey(), by: olga).plaintext)
            seen.insert(key)
            characters.formUnion(key.dropFirst(16))
        }
        #expect(seen.count == 60)
        #expect(characters.count == 64)
    }

    @Test("a key without a name gets its owner's and a number") func keyWithout() async throws {
        try await office.agent("bot")
        _ = try await admin.mintKey(forAgent: "bot", NewKey(name: "bot-3"), by: olga)
        _ = try await admin.mintKey(forAgent: "bot", NewKey(), by: olga)
        #expect(try await admin.keys(ofAgent: "bot").map(\.name) == ["bot-1", "bot-3", "bot-4"])
        await refused("key_name_exists") {
            _ = try await admin.mintKey(forAgent: "bot", NewKey(name: "bot-1"), by: olga)
        }
        for name in ["", "a\nb", String(repeating: "k", count: 129), "0b1e2d3c-4f5a-4b6c-8d7e-9f0a1b2c3d4e"] {
            let refusal = await code { _ = try await admin.mintKey(forAgent: "bot", NewKey(name: name), by: olga) }
            #expect(refusal == "invalid_request")
        }
    }

    @Test("a key ends when it was told to, which is not in the past") func keyEnds() async throws {
        try await office.agent("bot")
        let now = office.time.now
        let key = try await admin.mintKey(forAgent: "bot", NewKey(expiry: .after(.seconds(60))), by: olga).key
        #expect(key.expiresAt == now + 60_000_000_000)
        let far = try await admin.mintKey(forAgent: "bot", NewKey(expiry: .at(now + 1)), by: olga).key
        #expect(far.expiresAt == now + 1_000_000_000, "to the next whole second")
        for expiry in [Expiry.at(now), .at(0), .after(.zero), .after(.seconds(-1)), .after(.seconds(Int64.max))] {
            let refusal = await code { _ = try await admin.mintKey(forAgent: "bot", NewKey(expiry: expiry), by: olga) }
            #expect(refusal == "invalid_request")
        }
        #expect(try await admin.keys(ofAgent: "bot").count == 3)
    }

    @Test("a deprecated key keeps its time, and can be taken back") func deprecatedKey() async throws {
        try await office.agent("bot")
        let first = try await admin.deprecateKey(agent: "bot", key: "bot-1", by: olga)
        #expect(first.deprecatedAt == office.time.now)
        office.time.pass(.seconds(9))
        #expect(try await admin.deprecateKey(agent: "bot", key: first.id, by: olga) == first)
        let back = try await admin.undeprecateKey(agent: "bot", key: "bot-1", by: olga)
        #expect(back.deprecatedAt == nil)
        #expect(try await admin.undeprecateKey(agent: "bot", key: "bot-1", by: olga) == back)
    }

    @Test("a revoked key never changes again") func revokedKey() async throws {
        try await office.agent("bot")
        _ = try await admin.mintKey(forAgent: "bot", NewKey(), by: olga)
        let revoked = try await admin.revokeKey(agent: "bot", key: "bot-1", force: false, by: olga)
        #expect(revoked.revokedAt == office.time.now)
        office.time.pass(.seconds(9))
        #expect(try await admin.revokeKey(agent: "bot", key: "bot-1", force: false, by: olga) == revoked)
        await refused("key_revoked") { _ = try await admin.deprecateKey(agent: "bot", key: "bot-1", by: olga) }
        await refused("key_revoked") { _ = try await admin.undeprecateKey(agent: "bot", key: "bot-1", by: olga) }
    }

    @Test("the last key that works is revoked only if forced") func lastKey() async throws {
        try await office.agent("bot")
        _ = try await admin.mintKey(forAgent: "bot", NewKey(expiry: .after(.seconds(5))), by: olga)
        office.time.pass(.seconds(6))
        _ = try await admin.deprecateKey(agent: "bot", key: "bot-1", by: olga)
        let refusal = await code {
            _ = try await admin.revokeKey(agent: "bot", key: "bot-1", force: false, by: olga)
        }
        #expect(refusal == "last_active_key")
        #expect(try await admin.revokeKey(agent: "bot", key: "bot-1", force: true, by: olga).revokedAt != nil)
    }

    @Test("keys of another agent are not there") func keysAnother() async throws {
        try await office.agent("bot")
        try await office.agent("eve")
        let id = try await admin.keys(ofAgent: "bot")[0].id
        for key in [id, "bot-1", "", "nobody"] {
            await refused("key_not_found") { _ = try await admin.deprecateKey(agent: "eve", key: key, by: olga) }
            await refused("key_not_found") { _ = try await admin.revokeAppKey(key, force: true, by: olga) }
        }
    }

    @Test("keys of the application obey the same rules") func keysApplication() async throws {
        _ = try await admin.mintAppKey(NewKey(name: "ci"), by: olga)
        await refused("last_active_key") { _ = try await admin.revokeAppKey("ci", force: false, by: olga) }
        _ = try await admin.mintAppKey(NewKey(), by: olga)
        #expect(try await admin.deprecateAppKey("ci", by: olga).deprecatedAt != nil)
        #expect(try await admin.undeprecateAppKey("ci", by: olga).deprecatedAt == nil)
        #expect(try await admin.revokeAppKey("ci", force: false, by: olga).revokedAt != nil)
        await refused("key_revoked") { _ = try await admin.deprecateAppKey("ci", by: olga) }
        #expect(try await admin.appKeys().map(\.name) == ["ci", "\(try await admin.app().name)-2"])
    }
}
