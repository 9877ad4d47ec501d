import PosternCore
import PosternTestSupport
import Testing

private typealias ID = IssuedWorld.ID

private let placeholder = "Authorization: Bearer \(IssuedWorld.placeholder())"
private let none = "Postern-Grant: \(ID.botGrant)"
private let local = "10.1.2.3"

private func peer(_ address: String?) throws -> Peer {
    guard let address else { return Peer(origin: .process(userID: 1000, processID: 1)) }
    return Peer(origin: .address(try #require(IPAddress(address)), port: 40_000))
}

/// The scopes and networks of a key, what comes with it, from where, and whether that is sent.
private let rows: [([String]?, [String]?, String, String?, Bool)] = [
    (nil, nil, none, local, true), (nil, nil, placeholder, local, true), (nil, nil, none, nil, true),
    (["proxy:execute"], nil, none, local, true), (["proxy:execute"], nil, placeholder, local, true),
    (["tokens:retrieve"], nil, placeholder, local, true), (["tokens:retrieve"], nil, none, local, false),
    (["tokens:retrieve", "proxy:execute"], nil, none, local, true),
    ([], nil, none, local, false), ([], nil, placeholder, local, false),
    (["agents:admin", "grants:admin"], nil, none, local, false), (["grants:read"], nil, placeholder, local, false),
    (nil, ["10.0.0.0/8"], none, local, true), (nil, ["192.0.2.1", "10.1.2.3"], none, local, true),
    (nil, ["10.0.0.0/8"], none, "::ffff:10.1.2.3", true), (nil, ["::ffff:10.0.0.0/104"], none, local, true),
    (nil, ["10.0.0.0/8"], placeholder, local, true),
    (nil, ["10.0.0.0/8"], none, "11.1.2.3", false), (nil, ["10.0.0.0/8"], placeholder, "11.1.2.3", false),
    (nil, ["10.0.0.0/8"], none, nil, false), (nil, ["127.0.0.1", "::1"], none, nil, false),
    (nil, ["10.0.0.0/8"], none, "64:ff9b::10.1.2.3", false), (nil, ["10.0.0.0/8"], none, "2002:0a01:0203::1", false),
    (nil, ["::/0"], none, local, false), (nil, ["0.0.0.0/0"], none, "2001:db8::1", false),
    (nil, ["everywhere"], none, local, false), (nil, [], none, local, false),
    (["tokens:retrieve"], ["10.0.0.0/8"], placeholder, "11.1.2.3", false),
]

@Suite("HeldKey")
struct HeldKeyTests {
    @Test("a key opens what its scopes name, from where its networks are", arguments: rows)
    func scopes(scopes: [String]?, networks: [String]?, lines: String, from: String?, isSent: Bool) throws {
        let digest = IssuedWorld.digest(Sample.botKey)
        let key = AgentKey(digest, id: ID.botKey, scopes: scopes, networks: networks)
        let outcome = try IssuedWorld(IssuedWorld.contents(botKey: key)).outcome(
            "Proxy-Authorization: Bearer \(Sample.botKey)\r\n\(lines)",
            by: nil,
            from: try peer(from)
        )
        #expect(outcome.hasPrefix(isSent ? "bot \(ID.botGrant)" : "key_out_of_place"), "\(outcome)")
    }

    @Test("a key that may only ask for placeholders opens nothing by one that has ended or is another's")
    func retrieval() throws {
        let digest = IssuedWorld.digest(Sample.botKey)
        let key = AgentKey(digest, id: ID.botKey, scopes: ["tokens:retrieve"])
        let world = try IssuedWorld(IssuedWorld.contents(botKey: key))
        for (placeholder, code) in [
            (IssuedWorld.placeholder(endsAt: 999), "placeholder_expired"),
            (IssuedWorld.placeholder(.agent(id: ID.eve), ID.eveGrant), "placeholder_leaked"),
            (IssuedWorld.placeholder(for: "b.good.test"), "placeholder_leaked"),
        ] {
            let lines = "Proxy-Authorization: Bearer \(Sample.botKey)\r\nAuthorization: Bearer \(placeholder)"
            #expect(try world.outcome(lines, by: nil).hasPrefix(code))
        }
    }

    @Test("what was asked for with one key is used with another, and the first one is recorded") func otherKey() throws
    {
        let asked = IssuedWorld.placeholder(key: ID.botKey)
        let lines = "Proxy-Authorization: Bearer \(IssuedWorld.appKey)\r\nAuthorization: Bearer \(asked)"
        #expect(try IssuedWorld().outcome(lines, by: nil).hasPrefix("bot \(ID.botGrant) \(ID.botKey) "))
    }

    @Test("when it was used is told once, and taken over by the next directory") func lastUse() throws {
        let world = try IssuedWorld()
        let digest = IssuedWorld.digest(Sample.botKey)
        _ = try world.outcome("Proxy-Authorization: Bearer \(Sample.botKey)\r\n\(none)", by: nil)
        let agent = try #require(world.directory.agent(named: "bot"))
        let next = try Directory(world.directory, putting: [agent])
        for directory in [next, world.directory] {
            let key = try #require(directory.key(digest))
            #expect(key.id == ID.botKey && key.principal == .agent("bot"))
            #expect(key.takeLastUse() == 1_000)
            #expect(key.takeLastUse() == nil)
        }
        #expect(next.key(IssuedWorld.digest("another")) == nil)
    }

    @Test("a key ends with its last second") func ends() throws {
        let key = try #require(try IssuedWorld().directory.key(IssuedWorld.digest(Sample.botKey)))
        #expect(key.isValid(at: 1_199) && !key.isValid(at: 1_200))
    }
}

/// What changes while a request is under way that a placeholder let through, and whether it goes on.
private let changes: [(String, DirectoryContents, Bool)] = [
    ("nothing", IssuedWorld.contents(), true),
    ("the key goes", IssuedWorld.contents(botKey: nil), false),
    ("the agent is paused", IssuedWorld.contents(isPaused: true), false),
    ("the agent goes", without { $0.agents.removeAll { $0.name == "bot" } }, false),
    ("its grant goes", without { $0.grants.removeAll { $0.id == ID.botGrant } }, false),
    ("another grant goes", without { $0.grants.removeAll { $0.id == ID.botSecond } }, true),
    ("the application goes", without { $0.agents.removeAll { $0.name == "app:" } }, false),
]

private func without(_ change: (inout DirectoryContents) -> Void) -> DirectoryContents {
    var contents = IssuedWorld.contents()
    change(&contents)
    let names = Set(contents.agents.map(\.name))
    contents.grants.removeAll { !names.contains($0.agent) }
    contents.egress.removeAll { rule in !names.contains { rule.isHeld(by: $0) } }
    return contents
}

@Suite("Placeholders under way")
struct IssuedReviewTests {
    @Test("a request goes on as long as its placeholder's key, agent and grant are there", arguments: changes)
    func review(what: String, after: DirectoryContents, goesOn: Bool) throws {
        let placeholder = IssuedWorld.placeholder(key: ID.botKey)
        let request = try IssuedWorld().authorize(
            "GET http://a.good.test/ HTTP/1.1\r\nHost: a.good.test\r\nAuthorization: Bearer \(placeholder)\r\n\r\n",
            by: "app:"
        )
        let reviewed = code { () throws(ProxyError) in
            guard let next = try? IssuedWorld(after).directory else { throw .internalError }
            _ = try RequestPipeline().review(request, listenerAgent: ("app:", .socket), in: next)
        }
        #expect(reviewed == (goesOn ? "accepted" : "grant_withdrawn"), "\(what)")
    }

    @Test(
        "a connection is intercepted for who may go there, and for the application wherever a credential is used",
        arguments: [
            ("bot", "a.good.test", true), ("eve", "a.good.test", true), ("app:", "a.good.test", true),
            ("app:", "other.test", true), ("eve", "other.test", false), ("app:", "plain.test", false),
            ("app:", "good.test", false), ("eve", "plain.test", false), ("bot", "plain.test", true),
        ]
    )
    func intercept(asks: String, host: String, isIntercepted: Bool) throws {
        let found = try RequestPipeline().intercept(
            try IngressRequest.read("CONNECT \(host):443 HTTP/1.1\r\n\r\n"),
            listenerAgent: (asks, .socket),
            in: try IssuedWorld().directory,
            nowSeconds: IssuedWorld.now
        )
        #expect((found != nil) == isIntercepted && (found.map { $0.agent == asks } ?? true))
    }
}
