import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct DerivedKeyTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() async throws {
        office = try Office(isLive: true)
        admin = office.administration
        try await office.agent("bot")
    }

    @Test("a derived key has the form that clients expect") func form() async throws {
        let parent = try await mint()
        let key = try await derive(parent, ["proxy:execute"])
        let text = text(key.plaintext)
        let match = try #require(
            try Regex("alter_dk_([a-z2-7]{22})_([a-z2-7]{6})", as: (Substring, Substring, Substring).self).wholeMatch(
                in: text
            )
        )
        #expect(String(match.output.2) == checksum("dk:" + match.output.1))
        #expect(checksum("dk:abcdefghijklmnopqrstuv") == "ai5awu")
        #expect(key.key.digest == KeyDigest(ofKey: Array(text.utf8)))
        #expect(key.key.parentID == parent.id)
        #expect(key.key.owner == parent.owner)
        #expect(office.live?.directory.key(key.key.digest)?.key.scopes == ["proxy:execute"])
    }

    @Test("it is held under the limits of the other one, also after a restart") func limits() async throws {
        var new = NewKey()
        new.requestsPerMinute = 7
        let parent = try await admin.mintKey(forAgent: "bot", new, by: olga).key
        let unlimited = try await mint()
        let child = try await derive(parent, ["proxy:execute"])
        let other = try await derive(unlimited, ["proxy:execute"])
        let live = try #require(office.live)
        let anew = try LiveDirectory(office.store, declared: live.declared, placeholders: .random())
        for directory in [live.directory, anew.directory] {
            let held = try #require(directory.key(child.key.digest)?.key)
            #expect(held.parent?.id == parent.id)
            #expect(held.parent?.limits == Limits(requestsPerMinute: 7))
            #expect(held.limits == Limits(requestsPerMinute: 7))
            #expect(directory.key(other.key.digest)?.key.parent?.id == unlimited.id)
            #expect(directory.key(other.key.digest)?.key.parent?.limits == Limits())
            let minted = try #require(directory.key(parent.digest)?.key)
            #expect(minted.parent == nil)
            #expect(minted.limits == Limits(requestsPerMinute: 7))
        }
    }

    /// Scopes of a key, those of one derived from it, and the refusal.
    private static let scopes: [(parent: [String]?, derived: [String], result: String)] = [
        (nil, ["agents:admin"], "accepted"),
        (nil, ["keys:derive"], "invalid_request"),
        (nil, ["proxy:execute", "keys:derive"], "invalid_request"),
        (nil, [], "invalid_request"),
        (nil, ["proxy:all"], "invalid_request"),
        (nil, ["proxy:execute:1"], "invalid_request"),
        (["proxy:execute"], ["proxy:execute"], "accepted"),
        (["proxy:execute"], ["tokens:retrieve"], "invalid_request"),
        (["grants:write"], ["grants:read", "grants:write:1"], "accepted"),
        (["grants:write"], ["grants:admin"], "invalid_request"),
        (["grants:read:1"], ["grants:read"], "invalid_request"),
        (["grants:read:1"], ["grants:read:1"], "accepted"),
        ([], ["grants:read"], "invalid_request"),
    ]

    @Test("it has no scope that the other one lacks", arguments: scopes)
    func narrower(parent: [String]?, derived: [String], result: String) async throws {
        let parent = try await mint(scopes: parent)
        #expect(await code { _ = try await derive(parent, derived) } == result)
    }

    @Test("it ends with the other one, at the latest") func ends() async throws {
        let parent = try await mint(expiry: .after(.seconds(100)))
        #expect(try await derive(parent, ["proxy:execute"], for: .seconds(100)).key.expiresAt == parent.expiresAt)
        for lifetime in [Duration.seconds(101), .zero, .seconds(-1), .seconds(Int64.max)] {
            await refused("invalid_request") { _ = try await derive(parent, ["proxy:execute"], for: lifetime) }
        }
        office.time.pass(.seconds(100))
        await refused("key_expired") { _ = try await derive(parent, ["proxy:execute"], for: .seconds(1)) }
    }

    @Test(
        "it can be used from no more addresses",
        arguments: [
            (nil, ["10.0.0.0/8"], "accepted"), (["10.0.0.0/8"], nil, "accepted"),
            (["10.0.0.0/8"], ["10.1.0.0/16", "10.2.3.4"], "accepted"),
            (["10.1.0.0/16"], ["10.0.0.0/8"], "invalid_request"),
            (["10.0.0.0/8"], ["10.1.0.0/16", "::1"], "invalid_request"), (nil, ["10.0.0.1/8"], "invalid_request"),
            (nil, [], "invalid_request"), (nil, ["everywhere"], "invalid_request"),
        ] as [([String]?, [String]?, String)]
    )
    func networks(parent: [String]?, derived: [String]?, result: String) async throws {
        let parent = try await mint(networks: parent)
        var found: [String]?
        let code = await code { found = try await derive(parent, ["proxy:execute"], networks: derived).key.networks }
        #expect(code == result)
        if result == "accepted" { #expect(found == (derived ?? parent.networks)) }
    }

    @Test("it is revoked with the other one, at any depth") func cascade() async throws {
        let parent = try await mint()
        let child = try await derive(parent, ["proxy:execute"]).key
        let grandchild = try await derive(child, ["proxy:execute"]).key
        let other = try await derive(try await mint(), ["proxy:execute"]).key
        _ = try await admin.revokeKey(parent.id, force: false, by: olga)
        for (key, end) in [(parent, StoredKey.End.revoked), (child, .parentRevoked), (grandchild, .parentRevoked)] {
            let state = try #require(try await admin.keyState(key.digest))
            #expect(state.key.end == end && state.key.revokedAt != nil)
            #expect(state.agent?.name == "bot")
            #expect(office.live?.directory.key(key.digest) == nil)
        }
        #expect(try await admin.keyState(other.digest)?.key.revokedAt == nil)
        await refused("key_revoked") { _ = try await derive(child, ["proxy:execute"]) }
        #expect(try await admin.keyState(KeyDigest(ofKey: "unknown".utf8)) == nil)
    }

    @Test("it is not what is left when the last key goes") func last() async throws {
        let keys = try await admin.keys(ofAgent: "bot")
        let derived = try await derive(keys[0], ["proxy:execute"]).key
        await refused("last_active_key") { _ = try await admin.revokeKey(keys[0].id, force: false, by: olga) }
        #expect(try await admin.revokeKey(derived.id, force: false, by: olga).end == .revoked)
    }

    @Test("keys that died with their agent say so") func agent() async throws {
        let key = try await mint()
        let revoked = try await mint()
        _ = try await admin.revokeKey(revoked.id, force: false, by: olga)
        _ = try await admin.revokeAgent("bot", by: olga)
        let states = [try await admin.keyState(key.digest), try await admin.keyState(revoked.digest)]
        #expect(states.map { $0?.key.end } == [.agentRevoked, .revoked])
        #expect(states.map { $0?.agent?.status } == [.revoked, .revoked])
    }

    @Test("a rotated key works on for some days, with what was derived from it") func rotated() async throws {
        let old = try await mint(scopes: ["keys:derive", "proxy:execute"])
        let derived = try await derive(old, ["proxy:execute"]).key
        let new = try await admin.rotateKey(old.id, overlapDays: 2, by: olga).key
        #expect(new.scopes == old.scopes && new.id != old.id && new.parentID == nil)
        for key in [old, derived] {
            let state = try #require(try await admin.keyState(key.digest)?.key)
            #expect(state.rotatedUntil == office.time.now + 2 * 86_400 * 1_000_000_000)
            #expect(state.successorID == (key.id == old.id ? new.id : nil))
            let held = try #require(office.live?.directory.key(key.digest))
            #expect(held.isValid(at: office.time.now / 1_000_000_000))
            #expect(!held.isValid(at: office.time.now / 1_000_000_000 + 2 * 86_400))
        }
        await refused("key_rotated") { _ = try await admin.rotateKey(old.id, overlapDays: 2, by: olga) }
        await refused("invalid_request") { _ = try await admin.rotateKey(new.id, overlapDays: 31, by: olga) }
        office.time.pass(.seconds(2 * 86_400))
        await refused("key_expired") { _ = try await derive(old, ["proxy:execute"]) }
        let derivedAnew = try await derive(new, ["proxy:execute"])
        #expect(
            text(try await admin.rotateKey(derivedAnew.key.id, overlapDays: 0, by: olga).plaintext).hasPrefix(
                "alter_dk_"
            )
        )
    }

    @Test("what a key was rotated into is revoked with it, and with what was derived from that")
    func successors() async throws {
        let old = try await mint()
        let child = try await derive(old, ["proxy:execute"]).key
        let new = try await admin.rotateKey(old.id, overlapDays: 2, by: olga).key
        let newest = try await admin.rotateKey(new.id, overlapDays: 2, by: olga).key
        let grandchild = try await derive(newest, ["proxy:execute"]).key
        _ = try await admin.revokeKey(old.id, force: false, by: olga)
        for key in [child, new, newest, grandchild] {
            #expect(try await admin.keyState(key.digest)?.key.end == .parentRevoked)
            #expect(office.live?.directory.key(key.digest) == nil)
        }
    }

    @Test("a successor that ends the key before it stays, however it was asked") func sparing() async throws {
        let old = try await mint()
        let new = try await admin.rotateKey(old.id, overlapDays: 2, by: olga).key
        let child = try await derive(new, ["keys:admin"]).key
        let by = Operator(userID: nil, name: "agent bot", key: child.id)
        _ = try await admin.revokeKey(old.id, force: false, by: by)
        #expect(try await admin.keyState(old.digest)?.key.end == .revoked)
        #expect(try await admin.keyState(new.digest)?.key.end == nil)
        #expect(try await admin.keyState(child.digest)?.key.end == nil)
    }

    @Test("a successor is nothing to fall back on") func lastOfAll() async throws {
        let only = try await admin.keys(ofAgent: "bot")[0]
        _ = try await admin.rotateKey(only.id, overlapDays: 2, by: olga)
        await refused("last_active_key") { _ = try await admin.revokeKey(only.id, force: false, by: olga) }
    }

    @Test("keys make others only if they are the application's, and unlimited") func minters() async throws {
        var scoped = NewKey()
        scoped.scopes = AccessScope.all.dropLast()
        var bound = NewKey()
        bound.networks = ["10.0.0.0/8"]
        let all = try await admin.mintAppKey(NewKey(), by: olga).key
        let limited = [
            try await admin.mintAppKey(scoped, by: olga).key, try await admin.mintAppKey(bound, by: olga).key,
            try await admin.mintAppKey(NewKey(expiry: .after(.seconds(60))), by: olga).key,
            try await derive(all, AccessScope.all.filter { $0 != "keys:derive" }).key, try await mint(),
        ]
        for (number, key) in limited.enumerated() {
            let by = Operator(userID: nil, name: "key", key: key.id)
            await refused("scope_escalation") { _ = try await admin.mintKey(forAgent: "bot", NewKey(), by: by) }
            await refused("scope_escalation") { _ = try await admin.createAgent(NewAgent(name: "n\(number)"), by: by) }
        }
        let by = Operator(userID: nil, name: "key", key: all.id)
        _ = try await admin.mintKey(forAgent: "bot", NewKey(), by: by)
        _ = try await admin.createAgent(NewAgent(name: "new"), by: by)
    }

    @Test("keys of the application are in force too") func application() async throws {
        var new = NewKey()
        new.scopes = ["grants:read"]
        let key = try await admin.mintAppKey(new, by: olga).key
        #expect(office.effects.last.app)
        #expect(office.live?.directory.key(key.digest)?.principal == .app)
        #expect(try await admin.keyState(key.digest)?.agent == nil)
        _ = try await admin.revokeKey(key.id, force: true, by: olga)
        #expect(office.live?.directory.key(key.digest) == nil)
    }

    @Test("there is an end to keys") func most() async throws {
        let first = try await admin.keys(ofAgent: "bot")[0]
        try office.store.write { store throws in
            for number in 1..<256 {
                let id = "00000000-0000-4000-8000-" + String(100_000_000_000 + number)
                let digest = KeyDigest(ofKey: id.utf8)
                try store.insert(
                    StoredKey(id: id, owner: first.owner, name: id, prefix: "p", digest: digest, createdAt: 1)
                )
            }
        }
        await refused("agent_key_limit_reached") { _ = try await mint() }
        let id = first.id
        _ = try await admin.revokeKey(id, force: false, by: olga)
        _ = try await mint()
    }

    private func mint(
        scopes: [String]? = nil,
        networks: [String]? = nil,
        expiry: Expiry = .never
    ) async throws -> StoredKey {
        var new = NewKey(expiry: expiry)
        new.scopes = scopes
        new.networks = networks
        return try await admin.mintKey(forAgent: "bot", new, by: olga).key
    }

    private func derive(
        _ parent: StoredKey,
        _ scopes: [String],
        for lifetime: Duration = .seconds(10),
        networks: [String]? = nil
    ) async throws -> MintedKey {
        var new = NewDerivedKey(parent: parent.id, scopes: scopes, lifetime: lifetime)
        new.networks = networks
        return try await admin.deriveKey(new, by: olga)
    }

    /// The checksum by its definition, bit by bit from a table of one byte.
    private func checksum(_ text: some StringProtocol) -> String {
        let table = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { rest, _ in rest.isMultiple(of: 2) ? rest / 2 : 0xedb8_8320 ^ rest / 2 }
        }
        let crc = ~text.utf8.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return String((0..<6).map { alphabet[Int(crc >> (5 * $0)) & 31] })
    }
}
