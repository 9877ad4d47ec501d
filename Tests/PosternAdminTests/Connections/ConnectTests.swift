import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct ConnectTests {
    @Test("a consent makes the connection, the user's grant and the agent's") func consentMakes() async throws {
        let desk = try await Desk(isLive: true)
        let session = try await desk.begin { new in
            new.returnURL = "https://app.test/done?x=1"
            new.allowedOrigin = "https://app.test"
        }
        #expect(session.expiresAt == desk.office.time.now + 900_000_000_000)
        #expect(try await desk.progress(session).state == .pending)
        let page = try await desk.desk.page(desk.page(session))
        #expect(page.agent?.name == "bot")
        #expect(page.userName == "ann")
        #expect(page.providers.map(\.name) == ["hub"])
        #expect(page.providers.first?.scopes == ["read", "profile"])
        #expect(page.isOpen)
        #expect(try await desk.connect(session).isCompleted(returnURL: "https://app.test/done?x=1"))

        let progress = try await desk.progress(session)
        #expect(progress.state == .completed)
        let grant = try #require(progress.connected.first)
        #expect(grant.operation == .creation)
        #expect(grant.account == "ann@hub.test")
        #expect(grant.scopes == ["read", "profile"])
        #expect(grant.delegation?.agentID == desk.agent.id)
        #expect(grant.delegation?.isDelegable == false)
        let connection = try await desk.connection()
        #expect(connection.connection.status == .active)
        #expect(connection.connection.tokenEndsAt == desk.office.time.now + 3_600_000_000_000)
        #expect(connection.grants.map(\.grant.id) == [grant.grant, grant.delegation?.grant])
        #expect(connection.grants.map(\.grant.principal) == [.user(id: desk.user.id), .agent(id: desk.agent.id)])
        #expect(connection.grants.last?.grant.parentID == grant.grant)
        #expect(try desk.tokens(connection.connection).count == 1)

        let rules = desk.office.live?.directory.principal(.agent("bot"))?.rules ?? []
        #expect(rules.map(\.id) == [grant.delegation?.grant])
        #expect(rules.first?.facts?.account == "ann@hub.test")
        #expect(desk.office.effects.last.users == [desk.user.id])
        let records = desk.office.sink.lines.suffix(2)
        #expect(records.first.map { has($0, ["event.action": "connection_create", "postern.user": "ann"]) } == true)
        #expect(records.last.map { has($0, ["event.action": "delegation_create", "postern.agent": "bot"]) } == true)
        try desk.expectNothingLeaked()
    }

    @Test("the provider is asked with PKCE, a fresh state and our own address") func providerAsked() async throws {
        let desk = try await Desk()
        let session = try await desk.begin { $0.scopes = ["hub": ["write"]] }
        let page = desk.page(session)
        let first = try await desk.desk.approve(page: page, provider: "hub", browser: desk.browser)
        let second = try await desk.desk.approve(page: page, provider: "hub", browser: desk.browser)
        #expect(
            first.hasPrefix("https://hub.test/authorize?tenant=a%20b&response_type=code&client_id=us%20%26%20them&")
        )
        var parameters = RotatingGateway.parameters(of: first)
        let others = RotatingGateway.parameters(of: second)
        #expect(parameters["redirect_uri"] == "https://localhost:3129/connect/callback")
        #expect(parameters["code_challenge_method"] == "S256")
        #expect(parameters["scope"] == "write")
        #expect(parameters["access_type"] == "offline")
        #expect(parameters["prompt"] == "consent")
        for name in ["state", "code_challenge"] {
            #expect(parameters[name]?.count == 43)
            #expect(parameters[name] != others[name])
        }
        let other = try await desk.begin { $0.asksForAccount = true }
        parameters = RotatingGateway.parameters(
            of: try await desk.desk.approve(page: desk.page(other), provider: "hub", browser: desk.browser)
        )
        #expect(parameters["prompt"] == "select_account")
    }

    @Test("without an agent the user alone gets a grant") func withoutAgent() async throws {
        let desk = try await Desk()
        let grant = try await desk.connected(agent: nil) { new in
            new.terms = #"{"methods":["GET"]}"#
            new.expiry = .after(.seconds(60))
            new.label = "calendar"
        }
        #expect(grant.delegation == nil)
        let grants = try await desk.connection().grants.map(\.grant)
        #expect(grants.map(\.principal) == [.user(id: desk.user.id)])
        #expect(grants.first?.terms == #"{"methods":["GET"]}"#)
        #expect(grants.first?.expiresAt == desk.office.time.now + 60_000_000_000)
        #expect(grants.first?.label == "calendar")
    }

    @Test("what a session limits is what the agent gets") func sessionLimits() async throws {
        let desk = try await Desk()
        try await desk.connected { new in
            new.terms = #"{"methods":["GET"]}"#
            new.expiry = .after(.seconds(60))
            new.isDelegable = true
        }
        let grants = try await desk.connection().grants.map(\.grant)
        #expect(grants.map(\.terms) == ["{}", #"{"methods":["GET"]}"#])
        #expect(grants.map(\.expiresAt) == [nil, desk.office.time.now + 60_000_000_000])
        #expect(grants.map(\.isDelegable) == [true, true])
    }

    @Test("several providers are decided one by one") func severalProviders() async throws {
        let desk = try await Desk()
        let session = try await desk.begin(nil)
        #expect(session.providers == ["hub", "mail"])
        #expect(try await desk.connect(session) == .open(pageURL: session.pageURL))
        #expect(try await desk.progress(session).state == .pending)
        desk.gateway.fail("exchange", .unreachable(reason: "down"))
        #expect(try await desk.connect(session, "mail").isCompleted())
        let progress = try await desk.progress(session)
        #expect(progress.state == .completed)
        #expect(progress.connected.map(\.provider) == ["hub"])
        #expect(progress.failed.map(\.code) == ["provider_unreachable"])
        await refused("connect_session_ended") { _ = try await desk.connect(session, "mail") }
    }

    @Test("what has failed can be tried again while another one is open") func triedAgain() async throws {
        let desk = try await Desk()
        let session = try await desk.begin(["mail", "hub"])
        desk.gateway.fail("exchange", .unreachable(reason: "down"))
        #expect(try await desk.connect(session, "mail") == .open(pageURL: session.pageURL))
        #expect(try await desk.connect(session, "mail", as: "ann@mail.test") == .open(pageURL: session.pageURL))
        await refused("provider_settled") { _ = try await desk.connect(session, "mail") }
        #expect(try await desk.desk.deny(page: desk.page(session)).isCompleted())
        let progress = try await desk.progress(session)
        #expect(progress.failed.isEmpty)
        #expect(progress.declined.map(\.provider) == ["hub"])
        #expect(progress.connected.map(\.account) == ["ann@mail.test"])
    }

    @Test("what is denied leaves nothing behind", arguments: [true, false])
    func denied(onPage: Bool) async throws {
        let desk = try await Desk()
        let session = try await desk.begin { $0.returnURL = "http://127.0.0.1:8000/back" }
        let url = try await desk.desk.approve(page: desk.page(session), provider: "hub", browser: desk.browser)
        let outcome: ConnectOutcome
        if onPage {
            outcome = try await desk.desk.deny(page: desk.page(session))
        } else {
            var answer = desk.gateway.consent(to: url, as: "ann@hub.test")
            answer.code = nil
            answer.error = "access_denied"
            outcome = await desk.desk.callback(answer, browser: desk.browser)
        }
        #expect(outcome == .denied(returnURL: "http://127.0.0.1:8000/back"))
        guard case .failed("connect_denied", _) = try await desk.progress(session).state else {
            Issue.record("not denied")
            return
        }
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
        #expect(desk.gateway.count("exchange") == 0)
        await refused("connect_session_ended") { _ = try await desk.connect(session) }
        // The answer of a provider comes too late.
        let late = await desk.desk.callback(desk.gateway.consent(to: url, as: "ann@hub.test"), browser: desk.browser)
        guard case .refused = late else {
            Issue.record("taken")
            return
        }
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
    }

    @Test("a session ends by itself and is forgotten") func sessionEnds() async throws {
        let desk = try await Desk()
        let session = try await desk.begin()
        desk.office.time.pass(.seconds(901))
        #expect(try await desk.progress(session).state == .expired)
        #expect(try await desk.desk.page(desk.page(session)).isOpen == false)
        await refused("connect_session_ended") { _ = try await desk.connect(session) }
        await refused("connect_session_ended") { _ = try await desk.desk.deny(page: desk.page(session)) }
        try await desk.desk.forgetEnded()
        #expect(try await desk.progress(session).state == .expired)
        desk.office.time.pass(.seconds(86_400))
        try await desk.desk.forgetEnded()
        await refused("connect_session_not_found") { _ = try await desk.progress(session) }
    }

    @Test("neither token of a session stands for the other one") func tokensApart() async throws {
        let desk = try await Desk()
        let session = try await desk.begin()
        await refused("connect_session_not_found") { _ = try await desk.desk.poll(desk.page(session)) }
        await refused("connect_session_not_found") { _ = try await desk.desk.page(text(session.pollToken)) }
        await refused("connect_session_not_found") { _ = try await desk.desk.poll("") }
        let files = try desk.office.files().map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(!files.contains(text(session.pollToken)))
        #expect(!files.contains(desk.page(session)))
    }
}
