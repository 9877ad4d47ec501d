import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct ReconnectTests {
    let desk: Desk

    init() async throws { desk = try await Desk(isLive: true) }

    @Test("the same account keeps its grants and gets new tokens") func sameAccount() async throws {
        let first = try await desk.connected()
        let before = try await desk.connection()
        desk.office.time.pass(.seconds(5))
        let second = try await desk.connected()
        let after = try await desk.connection()
        #expect(second.operation == .reauth)
        #expect(second.grant == first.grant)
        #expect(second.delegation == first.delegation)
        #expect(after.connection.id == before.connection.id)
        #expect(after.connection.tokenEndsAt == desk.office.time.now + 3_600_000_000_000)
        let tokens = try desk.tokens(after.connection)
        #expect(tokens.count == 2)
        #expect(tokens[0] != tokens[1])
        #expect(!desk.office.sink.last.contains("delegation_create"))
        // What was replaced is masked for a while, and then forgotten.
        desk.office.time.pass(.seconds(61))
        try await desk.admin.forgetDueVersions()
        #expect(try desk.tokens(after.connection) == [tokens[0]])
    }

    @Test("another account is another connection") func anotherAccount() async throws {
        let first = try await desk.connected()
        let second = try await desk.connected(as: "ann@work.test")
        #expect(second.operation == .creation)
        #expect(second.grant != first.grant)
        #expect(try await desk.admin.connections(ofUser: "ann").map(\.account) == ["ann@hub.test", "ann@work.test"])
    }

    @Test("accounts that cannot be told apart are never one") func namesNobody() async throws {
        let first = try await desk.connected(as: "nobody")
        let before = try await desk.connection().connection
        let second = try await desk.connected(as: "nobody", agent: "eve")
        #expect(first.account == nil)
        #expect(second.operation == .creation)
        #expect(second.grant != first.grant)
        #expect(try await desk.admin.connections().map(\.account) == [nil, nil])
        #expect(try desk.tokens(before).count == 1)
    }

    @Test("another agent gets a grant of its own") func anotherAgent() async throws {
        let first = try await desk.connected()
        let second = try await desk.connected(agent: "eve")
        #expect(second.operation == .reauth)
        #expect(second.grant == first.grant)
        #expect(second.delegation?.grant != first.delegation?.grant)
        #expect(try await desk.connection().grants.count == 3)
    }

    @Test("an agent that asks for something else gets that in place of what it had") func somethingElse() async throws {
        let first = try await desk.connected()
        let second = try await desk.connected { $0.terms = #"{"methods":["GET"]}"# }
        #expect(second.grant == first.grant)
        #expect(second.delegation?.grant != first.delegation?.grant)
        let live = try #require(desk.office.live?.directory.principal(.agent("bot")))
        #expect(live.rules.map(\.id) == [second.delegation?.grant])
        let third = try await desk.connected { new in
            new.terms = #"{"methods":["GET"]}"#
            new.isDelegable = true
        }
        #expect(third.delegation?.isDelegable == true)
        let fourth = try await desk.connected { $0.terms = #"{"methods":["GET"]}"# }
        #expect(fourth.delegation == third.delegation)
    }

    @Test("an agent never gets more than the user's own grant allows") func neverMore() async throws {
        let terms = #"{"methods":["GET"]}"#
        let own = try await desk.connected(agent: nil) { new in
            new.terms = terms
            new.expiry = .after(.seconds(60))
        }
        let ownEnd = desk.office.time.now + 60_000_000_000
        let agents = try await desk.connected { $0.expiry = .after(.seconds(3600)) }
        #expect(agents.grant == own.grant)
        let grants = try await desk.connection().grants.map(\.grant)
        #expect(grants.map(\.terms) == [terms, terms])
        #expect(grants.map(\.expiresAt) == [ownEnd, ownEnd])
        let session = try await desk.begin { $0.terms = #"{"methods":["GET","POST"]}"# }
        guard case .failed = try await desk.connect(session) else {
            Issue.record("wider")
            return
        }
        guard case .failed("not_narrower", _) = try await desk.progress(session).state else {
            Issue.record("wider")
            return
        }
        // What has ended is no bound any more.
        desk.office.time.pass(.seconds(61))
        let later = try await desk.connected()
        #expect(later.grant != own.grant)
        #expect(try await desk.connection().grants.map(\.grant.expiresAt) == [nil, nil])
    }

    @Test("a connection that is revoked is another one afterwards") func revokedThen() async throws {
        let first = try await desk.connected()
        let connection = try await desk.connection().connection
        let refreshToken = try #require(try desk.tokens(connection).first?["refresh_token"])
        await refused("connection_not_found") {
            _ = try await desk.admin.revokeConnection(connection.id, ofUser: first.grant, by: Office.olga)
        }
        let revoked = try await desk.admin.revokeConnection(connection.id, ofUser: desk.user.id, by: Office.olga)
        #expect(revoked.status == .revoked)
        #expect(try desk.tokens(connection).isEmpty)
        #expect(try await desk.admin.grants().total == 0)
        #expect(desk.office.live?.directory.principal(.agent("bot"))?.rules.isEmpty == true)
        await until { [desk] in desk.gateway.count("revoke hub \(refreshToken)") == 1 }
        // A second time changes nothing.
        #expect(try await desk.admin.revokeConnection(connection.id, by: Office.olga) == revoked)
        #expect(try await desk.admin.connections().isEmpty)
        let second = try await desk.connected()
        #expect(second.operation == .creation)
        #expect(second.grant != first.grant)
        #expect(try await desk.admin.connections(includingRevoked: true).count == 2)
        try desk.expectNothingLeaked()
    }

    @Test("a connection's tokens are no managed secret") func noManagedSecret() async throws {
        try await desk.connected()
        let secretID = try await desk.connection().connection.secretID
        #expect(try await desk.admin.secrets(includingRevoked: true).isEmpty)
        await refused("secret_not_found") { _ = try await desk.admin.revokeSecret(secretID, by: Office.olga) }
    }
}
