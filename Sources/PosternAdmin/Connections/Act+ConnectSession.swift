internal import PosternConfig
internal import PosternCore

extension Act {
    /// How long a user has to go through with a session.
    static let connectLifetime = Duration.seconds(900)
    /// The most sessions of a user for one agent that wait for the user, and of all that were begun in that time.
    static let maxConnectSessions = (pending: 20, begun: 200)

    mutating func beginConnectSession(
        _ new: NewConnectSession,
        declaredProviders: [String],
        tokens: (poll: Secret, page: Secret)
    ) throws -> StoredConnectSession {
        let user = try activeUser(id: new.userID)
        let agent = try new.agent.map { try connectAgent($0) }
        record.agent = agent?.name
        try checkConnectSessions(of: user, for: agent)
        try TextRules.check(new.label, "label")
        try ReturnURL.check(new.returnURL, allowed: new.allowedOrigin)
        _ = try terms(new.terms)
        let repaired = try new.repairedGrant.map { try repairedConnection($0, of: user.id) }
        let providers = try connectProviders(new.providers ?? repaired.map { [$0.provider] }, declaredProviders)
        var scopes = new.scopes
        if let repaired {
            guard let oauth = providers.first(where: { $0.name == repaired.provider })?.oauth else {
                throw AdministrationError.invalid(member: "allowed_providers", reason: "lack the one of the grant")
            }
            // Providers give some that nobody may ask for.
            let asked = repaired.scopes.filter { oauth.allowedScopes?.contains($0) ?? true }
            scopes[repaired.provider] = scopes[repaired.provider] ?? asked
        }
        guard let expiresAt = time(after: Act.connectLifetime) else {
            throw AdministrationError.invalid(member: "", reason: "the clock is beyond all reason")
        }
        let request = ConnectRequest(
            choices: try choices(of: providers, scopes),
            label: new.label,
            terms: new.terms,
            grantEndsAt: try end(new.expiry),
            returnURL: new.returnURL,
            isDelegable: new.isDelegable,
            asksForAccount: new.asksForAccount,
            repairedGrant: new.repairedGrant
        )
        for provider in providers { try check(try terms(new.terms), liesWithin: try secret(for: provider)) }
        let session = StoredConnectSession(
            id: Identifier.random(),
            pollDigest: tokens.poll.digest,
            pageDigest: tokens.page.digest,
            userID: user.id,
            agentID: agent?.id,
            request: request.kept,
            createdAt: now,
            expiresAt: expiresAt
        )
        try store.insert(session)
        record.detail = "session \(session.id), to choose from \(providers.map(\.name).joined(separator: ", "))"
        return session
    }

    mutating func denyConnect(page: String, _ provider: String?) throws -> ConnectSession {
        var session = try connectSession(page: page)
        try session.requireOpen(at: now)
        let named = try provider.map { try session.openChoice($0, at: now) }
        record.provider = named?.provider
        for choice in named.map({ [$0] }) ?? session.request.choices
        where !session.record.isSettled(choice.provider) {
            session.record.forget(choice.provider)
            session.record.declined.append(
                DeclinedProvider(provider: choice.provider, code: "connect_denied", declinedAt: now)
            )
        }
        return try settle(session)
    }

    mutating func failConnect(page: String, _ failure: FailedProvider) throws -> ConnectSession {
        var session = try connectSession(page: page)
        record.provider = failure.provider
        record.detail = "\(failure.code): \(failure.message)"
        _ = try session.openChoice(failure.provider, at: now)
        session.record.forget(failure.provider)
        session.record.failed.append(failure)
        return try settle(session)
    }

    /// The session of a page, as it is recorded.
    mutating func connectSession(page: String) throws -> ConnectSession {
        let session = try store.connectSession(page: page)
        record.user = try store.user(id: session.stored.userID)?.subject
        record.agent = try session.stored.agentID.flatMap { try store.agent(id: $0) }?.name
        record.detail = "session \(session.stored.id)"
        return session
    }

    /// Keeps what came of a session so far.
    func settle(_ session: ConnectSession) throws -> ConnectSession {
        let row = session.settled()
        try store.update(row)
        return try ConnectSession(row)
    }

    /// A user who may act, as it is recorded.
    mutating func activeUser(id: String) throws -> StoredUser {
        guard let user = try store.user(id: id) else {
            throw AdministrationError.notFound(kind: "user", name: TextRules.shown(id))
        }
        record.user = user.subject
        guard !user.isSuspended else {
            throw AdministrationError.conflict(
                code: "user_suspended",
                reason: "user \(TextRules.shown(user.subject)) is suspended"
            )
        }
        return user
    }

    /// Refuses what would only fill the store: nobody answers so many questions.
    private func checkConnectSessions(of user: StoredUser, for agent: StoredAgent?) throws {
        func count(isPending: Bool) throws -> Int {
            try store.connectSessionCount(ofUser: user.id, agent: agent?.id, at: now, isPending: isPending)
        }
        guard try count(isPending: true) < Act.maxConnectSessions.pending,
            try count(isPending: false) < Act.maxConnectSessions.begun
        else {
            throw AdministrationError.conflict(
                code: "too_many_sessions",
                reason: "too many requests to connect an account wait for this user",
                hint: "have the user answer one of them, or wait until they end"
            )
        }
    }

    /// An agent for which a user may be asked; one that may not act now is as unknown as any other.
    private func connectAgent(_ reference: String) throws -> StoredAgent {
        let agent = Identifier.isOne(reference) ? try store.agent(id: reference) : try store.agent(named: reference)
        guard let agent, agent.status == .active else {
            throw AdministrationError.notFound(kind: "agent", name: TextRules.shown(reference))
        }
        return agent
    }
}
