import PosternAdmin
import PosternCore
import PosternStore
import Testing

/// A connect desk over an office, with a user, two agents and two providers.
struct Desk {
    let office: Office
    let desk: ConnectDesk
    let refresher: TokenRefresher
    let user: StoredUser
    let agent: StoredAgent
    /// The browser of the user.
    let browser = Secret("cookie-of-the-user".utf8)

    var admin: Administration { office.administration }
    var gateway: RotatingGateway { office.gateway }

    init(isLive: Bool = false, portal: String = "https://localhost:3129") async throws {
        office = try Office(isLive: isLive)
        desk = ConnectDesk(
            office.administration,
            gateway: office.gateway,
            portalURL: { portal },
            declaredProviders: { ["declared", "hub", "mail"] }
        )
        refresher = TokenRefresher(office.administration, gateway: office.gateway)
        user = try await office.administration.createUser(NewUser(subject: "ann"), by: Office.olga)
        agent = try await office.agent("bot")
        try await office.agent("eve")
    }

    /// A session for an agent at one provider, unless `change` says otherwise.
    func begin(
        _ providers: [String]? = ["hub"],
        agent: String? = "bot",
        _ change: (inout NewConnectSession) -> Void = { _ in }
    ) async throws -> BegunConnectSession {
        var new = NewConnectSession(userID: user.id)
        new.providers = providers
        new.agent = agent
        change(&new)
        return try await desk.begin(new, by: Office.olga)
    }

    /// The user consents on the page and at the provider.
    func connect(
        _ session: BegunConnectSession,
        _ provider: String = "hub",
        as account: String = "ann@hub.test"
    ) async throws -> ConnectOutcome {
        let url = try await desk.approve(page: page(session), provider: provider, browser: browser)
        return await desk.callback(gateway.consent(to: url, as: account), browser: browser)
    }

    /// Connects an account at the hub; what came of it.
    @discardableResult
    func connected(
        as account: String = "ann@hub.test",
        agent: String? = "bot",
        _ change: (inout NewConnectSession) -> Void = { _ in }
    ) async throws -> ConnectedGrant {
        let session = try await begin(agent: agent, change)
        #expect(try await connect(session, as: account).isCompleted())
        return try #require(try await progress(session).connected.first)
    }

    func progress(_ session: BegunConnectSession) async throws -> ConnectProgress {
        try await desk.poll(text(session.pollToken))
    }

    /// The token of a session's page.
    func page(_ session: BegunConnectSession) -> String {
        session.pageURL.split(separator: "/").last.map(String.init) ?? ""
    }

    /// The one connection there is.
    func connection() async throws -> DescribedConnection {
        let all = try await admin.connections()
        #expect(all.count == 1)
        return try #require(all.first)
    }

    /// The tokens that are kept of a connection, newest first.
    func tokens(_ connection: StoredConnection) throws -> [[String: String]] {
        try office.store.read { store in
            try store.versions(ofSecret: connection.secretID).map { $0.values.mapValues { text($0) } }
        }
    }

    /// Renews a connection.
    func refresh(_ connection: StoredConnection, after version: Int) async -> CredentialRefresh {
        await withCheckedContinuation { continuation in
            refresher.refresh(connection.secretID, after: version) { continuation.resume(returning: $0) }
        }
    }

    /// Expects that no token, code or verifier stands where it could be read.
    func expectNothingLeaked(at location: SourceLocation = #_sourceLocation) throws {
        let lines = office.sink.lines.joined(separator: "\n")
        let files = try office.files().map { String(decoding: $0, as: UTF8.self) }.joined()
        for mark in RotatingGateway.marks {
            #expect(!lines.contains(mark), sourceLocation: location)
            #expect(!files.contains(mark), sourceLocation: location)
        }
    }
}

extension ConnectOutcome {
    /// Whether something was connected, and the browser goes back there.
    func isCompleted(returnURL: String? = nil) -> Bool {
        guard case .completed(let accounts, returnURL) = self else { return false }
        return !accounts.isEmpty
    }
}
