import PosternAdmin
import PosternCore
import PosternStore
import Testing

/// What a consent changes for others than those to whom it is given: nothing.
@Suite struct ConsentTests {
    let desk: Desk
    private let read = ["hub": ["read"]]
    private let both = ["hub": ["write", "read"]]

    init() async throws { desk = try await Desk(isLive: true) }

    @Test("a consent with other scopes leaves the tokens of other agents alone") func otherScopes() async throws {
        let first = try await desk.connected { $0.scopes = read }
        let before = try await desk.connection()
        let second = try await desk.connected(agent: "eve") { $0.scopes = both }
        #expect(second.operation == .creation)
        #expect(second.grant != first.grant)
        #expect(second.scopes == ["write", "read"])
        #expect(try await desk.admin.connection(before.connection.id) == before)
        #expect(try desk.tokens(before.connection).count == 1)
        #expect(rules("bot") == [first.delegation?.grant])
        #expect(rules("eve") == [second.delegation?.grant])
        // In whatever order they come, the same scopes are the same connection.
        let again = try await desk.connected { $0.scopes = ["hub": ["read", "write"]] }
        #expect(again.operation == .reauth && again.grant == second.grant)
        #expect(try await desk.admin.connections().map(\.connection.scopes) == [["read"], ["read", "write"]])
    }

    @Test("of one account an agent has what was consented last") func sameAgent() async throws {
        try await desk.connected { $0.scopes = both }
        let eve = try await desk.connected(agent: "eve") { $0.scopes = both }
        let last = try await desk.connected { $0.scopes = read }
        #expect(rules("bot") == [last.delegation?.grant])
        #expect(rules("eve") == [eve.delegation?.grant])
        // Another account is none of it.
        let other = try await desk.connected(as: "ann@work.test") { $0.scopes = both }
        #expect(Set(rules("bot")) == [last.delegation?.grant, other.delegation?.grant])
    }

    @Test("so has the application, and what agents have of the account stays") func application() async throws {
        let eve = try await desk.connected(agent: "eve") { $0.scopes = read }
        let first = try await desk.connected(agent: nil) { $0.scopes = both }
        let last = try await desk.connected(agent: nil) { $0.scopes = ["hub": ["write"]] }
        #expect(rules("eve") == [eve.delegation?.grant])
        let connections = try await desk.admin.connections(includingRevoked: true)
        #expect(connections.map(\.connection.status) == [.active, .revoked, .active])
        #expect(connections[1].grants.isEmpty && first.grant != last.grant)
        #expect(try desk.tokens(connections[1].connection).isEmpty)
        // Some providers would end what they have just given, too.
        #expect(desk.gateway.count("revoke") == 0)
    }

    @Test("a limited consent for the application takes nothing from agents") func limited() async throws {
        let agents = try await desk.connected()
        let first = try await desk.connected(agent: nil) { $0.expiry = .after(.seconds(60)) }
        #expect(first.operation == .reauth && first.grant != agents.grant)
        #expect(rules("bot") == [agents.delegation?.grant])
        // On the former limited one nothing hangs.
        let second = try await desk.connected(agent: nil) { $0.expiry = .after(.seconds(90)) }
        let roots = try await desk.connection().grants.map(\.grant).filter { $0.parentID == nil }
        #expect(roots.map(\.id) == [agents.grant, second.grant])
        #expect(try await desk.connected().delegation == agents.delegation)
    }

    @Test("what is to be connected again gets new tokens, and keeps what hangs on it") func repaired() async throws {
        let first = try await desk.connected(as: "nobody") { $0.scopes = read }
        let other = try await desk.connected(as: "nobody", agent: "eve") { $0.scopes = read }
        let session = try await desk.begin(nil, agent: nil) { $0.repairedGrant = first.grant }
        #expect(session.providers == ["hub"])
        let shown = try #require(try await desk.desk.page(desk.page(session)).providers.first)
        #expect(shown.isRepair && shown.scopes == ["read"])
        #expect(try await desk.connect(session, as: "nobody").isCompleted())
        let again = try #require(try await desk.progress(session).connected.first)
        #expect(again.grant == first.grant && again.operation == .reauth)
        let connections = try await desk.admin.connections().map(\.connection)
        #expect(try connections.map { try desk.tokens($0).count } == [2, 1])
        #expect(rules("bot") == [first.delegation?.grant] && rules("eve") == [other.delegation?.grant])
    }

    @Test(
        "nothing but that is connected again",
        arguments: [("ann@work.test", ["read"], "account_mismatch"), ("ann@hub.test", ["write"], "scope_mismatch")]
    )
    func nothingElse(account: String, scopes: [String], code: String) async throws {
        let first = try await desk.connected { $0.scopes = read }
        let before = try await desk.connection()
        let session = try await desk.begin { new in
            new.repairedGrant = first.grant
            new.scopes = ["hub": scopes]
        }
        _ = try await desk.connect(session, as: account)
        guard case .failed(code, _) = try await desk.progress(session).state else {
            Issue.record("not refused")
            return
        }
        #expect(try await desk.connection() == before)
    }

    @Test("only a user's own grant of an account can be connected again") func onlyOwn() async throws {
        let first = try await desk.connected()
        let bob = try await desk.admin.createUser(NewUser(subject: "bob"), by: Office.olga)
        let rows: [(String, (inout NewConnectSession) -> Void)] = [
            ("grant_not_found", { $0.repairedGrant = first.delegation?.grant }),
            ("grant_not_found", { $0.repairedGrant = "x" }),
            (
                "grant_not_found",
                {
                    $0.userID = bob.id
                    $0.repairedGrant = first.grant
                }
            ),
            (
                "invalid_request",
                {
                    $0.providers = ["mail"]
                    $0.repairedGrant = first.grant
                }
            ),
        ]
        for (code, change) in rows { await refused(code) { _ = try await desk.begin(agent: "bot", change) } }
    }

    @Test("a user is asked twenty questions at a time for one agent") func twenty() async throws {
        let first = try await desk.begin()
        for _ in 1..<20 { _ = try await desk.begin() }
        await refused("too_many_sessions") { _ = try await desk.begin() }
        _ = try await desk.begin(agent: "eve")
        _ = try await desk.begin(agent: nil)
        _ = try await desk.desk.deny(page: desk.page(first))
        _ = try await desk.begin()
        await refused("too_many_sessions") { _ = try await desk.begin() }
        desk.office.time.pass(.seconds(901))
        _ = try await desk.begin()
    }

    @Test("questions that are declined at once are not asked for ever") func declined() async throws {
        for _ in 0..<200 { _ = try await desk.desk.deny(page: desk.page(try await desk.begin())) }
        await refused("too_many_sessions") { _ = try await desk.begin() }
    }

    /// The ids of the grants that an agent has in force.
    private func rules(_ agent: String) -> [String?] {
        desk.office.live?.directory.principal(.agent(agent))?.rules.map(\.id) ?? []
    }
}
