import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct TokenRefresherTests {
    let desk: Desk
    let connection: StoredConnection

    init() async throws {
        desk = try await Desk(isLive: true)
        try await desk.connected()
        connection = try await desk.connection().connection
    }

    /// The access token that requests are sent with, or `nil` if none is.
    private func version() -> Int? {
        desk.office.live?.directory.principal(.agent("bot"))?.rules.first?.credential?.life?.version
    }

    @Test("fifty who ask at once get one renewal, which is in force before they are answered") func fifty() async throws
    {
        #expect(version() == 1)
        await withTaskGroup(of: (CredentialRefresh, Int?).self) { group in
            for _ in 0..<50 { group.addTask { (await desk.refresh(connection, after: 1), version()) } }
            for await (result, version) in group {
                #expect(result == .refreshed)
                #expect(version == 2)
            }
        }
        #expect(desk.gateway.count("refresh") == 1)
        let tokens = try desk.tokens(connection)
        #expect(tokens.count == 2)
        #expect(tokens[0]["refresh_token"] != tokens[1]["refresh_token"])
        #expect(has(desk.office.sink.last, ["event.action": "connection_renew", "postern.user": "ann"]))
        try desk.expectNothingLeaked()
    }

    @Test("new tokens are kept before anybody uses them") func keptBefore() async throws {
        let (office, connection) = (desk.office, connection)
        let kept = Count()
        office.effects.observe {
            let versions = try? office.store.read { try $0.versions(ofSecret: connection.secretID).count }
            kept.set(versions ?? 0)
        }
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
        #expect(kept.value == 2)
    }

    @Test("each renewal moves the end of the token") func movesEnd() async throws {
        desk.office.time.pass(.seconds(3000))
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
        #expect(try await desk.connection().connection.tokenEndsAt == desk.office.time.now + 3_600_000_000_000)
        desk.gateway.tokens(live: nil)
        #expect(await desk.refresh(connection, after: 2) == .refreshed)
        #expect(try await desk.connection().connection.tokenEndsAt == nil)
        #expect(version() == 3)
    }

    @Test("whoever found an older token wanting gets the newer one") func olderToken() async throws {
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
        #expect(desk.gateway.count("refresh") == 1)
    }

    @Test("a token that the provider does not take breaks the connection until the user connects again")
    func broken() async throws {
        let grants = try await desk.connection().grants
        desk.gateway.fail("refresh", .refused(code: "invalid_grant"))
        #expect(await desk.refresh(connection, after: 1) == .broken)
        #expect(try await desk.connection().connection.status == .broken)
        #expect(has(desk.office.sink.last, ["event.action": "connection_break", "event.outcome": "success"]))
        #expect(await desk.refresh(connection, after: 1) == .broken)
        #expect(desk.gateway.count("refresh") == 1)
        #expect(try await desk.connected().operation == .reauth)
        #expect(try await desk.connection().connection.status == .active)
        #expect(try await desk.connection().grants == grants)
        #expect(await desk.refresh(connection, after: 2) == .refreshed)
    }

    @Test(
        "what may work later breaks nothing, and is not tried again at once",
        arguments: [
            OAuthError.unreachable(reason: "down"), .refused(code: "invalid_client"), .misconfigured(reason: "no file"),
        ]
    )
    func mayWorkLater(error: OAuthError) async throws {
        desk.gateway.fail("refresh", error)
        #expect(await desk.refresh(connection, after: 1) == .unavailable)
        #expect(await desk.refresh(connection, after: 1) == .unavailable)
        #expect(desk.gateway.count("refresh") == 1)
        #expect(try await desk.connection().connection.status == .active)
        desk.office.time.pass(.seconds(2))
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
    }

    @Test("tokens that could not be kept are kept later, and the provider is not asked again") func keptLater()
        async throws
    {
        desk.office.sink.refuses = true
        #expect(await desk.refresh(connection, after: 1) == .unavailable)
        #expect(try desk.tokens(connection).count == 1)
        desk.office.sink.refuses = false
        desk.office.time.pass(.seconds(2))
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
        #expect(desk.gateway.count("refresh") == 1)
        #expect(await desk.refresh(connection, after: 2) == .refreshed)
    }

    @Test("a process that ends in between leaves a connection that its user can mend") func endsBetween() async throws {
        let grants = try await desk.connection().grants
        desk.office.sink.refuses = true
        #expect(await desk.refresh(connection, after: 1) == .unavailable)
        desk.office.sink.refuses = false
        // Another process knows nothing of the tokens that were not kept.
        let next = TokenRefresher(desk.admin, gateway: desk.gateway)
        let result = await withCheckedContinuation { continuation in
            next.refresh(connection.secretID, after: 1) { continuation.resume(returning: $0) }
        }
        #expect(result == .broken)
        try await desk.connected()
        #expect(try await desk.connection().grants == grants)
    }

    @Test("tokens that come for a connection which was revoked meanwhile are forgotten") func revokedMeanwhile()
        async throws
    {
        let (admin, id) = (desk.admin, connection.id)
        desk.gateway.observe { _ = try? await admin.revokeConnection(id, by: Office.olga) }
        #expect(await desk.refresh(connection, after: 1) == .broken)
        #expect(try desk.tokens(connection).isEmpty)
        await until { [desk] in desk.gateway.count("revoke hub") == 2 }
        #expect(try await admin.connection(id).connection.status == .revoked)
    }

    @Test("a user who connects again meanwhile wins") func connectsMeanwhile() async throws {
        let desk = desk
        desk.gateway.observe {
            desk.gateway.observe(nil)
            _ = try? await desk.connected()
        }
        #expect(await desk.refresh(connection, after: 1) == .refreshed)
        #expect(version() == 2)
        let accounts = try desk.tokens(connection)
        #expect(accounts.count == 2)
        #expect(await desk.refresh(connection, after: 2) == .refreshed)
    }

    @Test("what is no connection is not renewed") func noConnection() async throws {
        let secret = try await desk.office.secret()
        for id in [secret.id, "nowhere", "12345678-1234-4234-8234-123456789abc"] {
            let result = await withCheckedContinuation { continuation in
                desk.refresher.refresh(id, after: 1) { continuation.resume(returning: $0) }
            }
            #expect(result == .unavailable)
        }
        #expect(desk.gateway.count("refresh") == 0)
    }
}
