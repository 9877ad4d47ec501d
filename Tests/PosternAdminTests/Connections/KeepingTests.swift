import PosternAdmin
import PosternCore
import PosternStore
import Testing

/// Over http the browser that comes back is asked whether an account is to be kept.
@Suite struct KeepingTests {
    @Test("nothing is written before somebody says so") func keep() async throws {
        let desk = try await Desk(portal: "http://localhost:3129")
        let session = try await desk.begin { $0.returnURL = "https://app.test/done" }
        let arrival = try #require(try await desk.arrived(session))
        #expect(arrival.account == "ann@hub.test" && arrival.provider == "hub")
        #expect(arrival.scopes == ["read", "profile"])
        #expect(arrival.page.agent?.name == "bot" && arrival.page.userName == "ann")
        #expect(try await desk.progress(session).state == .pending)
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
        #expect(await desk.desk.keep(arrival.token).isCompleted(returnURL: "https://app.test/done"))
        #expect(try await desk.progress(session).connected.first?.delegation?.agentID == desk.agent.id)
        #expect(desk.gateway.count("revoke") == 0)
        await desk.expectRefused(arrival.token)
        #expect(try await desk.connection().connection.status == .active)
        try desk.expectNothingLeaked()
    }

    @Test("a no has the provider forget what it gave") func discard() async throws {
        let desk = try await Desk(portal: "http://localhost:3129")
        let session = try await desk.begin()
        let arrival = try #require(try await desk.arrived(session))
        #expect(await desk.desk.discard(arrival.token) == .denied(returnURL: nil))
        await until { desk.gateway.count("revoke") == 1 }
        await desk.expectRefused(arrival.token)
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
        guard case .failed("connect_denied", _) = try await desk.progress(session).state else {
            Issue.record("not denied")
            return
        }
    }

    @Test("so does saying nothing for ten minutes") func tooLate() async throws {
        let desk = try await Desk(portal: "http://localhost:3129")
        let arrival = try #require(try await desk.arrived(try await desk.begin()))
        desk.office.time.pass(.seconds(599))
        desk.desk.discardEnded()
        desk.office.time.pass(.seconds(1))
        await desk.expectRefused(arrival.token)
        desk.desk.discardEnded()
        desk.desk.discardEnded()
        await until { desk.gateway.count("revoke") == 1 }
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
    }

    @Test("what cannot be kept any more is forgotten") func ended() async throws {
        let desk = try await Desk(portal: "http://localhost:3129")
        let session = try await desk.begin()
        let arrival = try #require(try await desk.arrived(session))
        _ = try await desk.admin.revokeAgent("bot", by: Office.olga)
        let outcome = await desk.desk.keep(arrival.token)
        #expect(!outcome.isCompleted())
        await until { desk.gateway.count("revoke") == 1 }
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
    }
}

extension Desk {
    /// The user consents at the provider; what is asked then.
    fileprivate func arrived(_ session: BegunConnectSession) async throws -> ConnectArrival? {
        guard case .arrived(let arrival) = try await connect(session) else { return nil }
        return arrival
    }

    fileprivate func expectRefused(_ token: String) async {
        for outcome in [await desk.keep(token), await desk.discard(token), await desk.keep("")] {
            guard case .refused = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }
}
