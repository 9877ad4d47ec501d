package import PosternCore

/// Takes users through connecting their accounts.
///
///     begin (application) -> page -> approve -> the provider's own pages -> callback -> poll (application)
///                                 -> deny
///
/// Where the portal is plain http, `callback` only brings what is kept by `keep`: `ConnectDesk+Keeping.swift` says why.
///
/// Whoever has the page's address is not proven to be the user; only the provider's login is. So an account that is
/// connected already is never handed on without it.
package final class ConnectDesk: Sendable {
    let administration: Administration
    let gateway: any OAuthGateway
    private let portalURL: @Sendable () -> String?
    private let declaredProviders: @Sendable () -> [String]
    private let states = ConnectStates()
    let arrived = ArrivedTokens()

    /// Starts the desk.
    ///
    /// `portalURL` is what the addresses of pages begin with, without a slash at the end; `nil` while there are none.
    /// `declaredProviders` names those of the configuration file.
    package init(
        _ administration: Administration,
        gateway: any OAuthGateway,
        portalURL: @escaping @Sendable () -> String?,
        declaredProviders: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.administration = administration
        self.gateway = gateway
        self.portalURL = portalURL
        self.declaredProviders = declaredProviders
    }

    /// Begins a session.
    ///
    /// - Throws: `agent_not_found` also for an agent that may not act now, `scope_not_allowed`, `connect_config_error` where
    ///   no account can be connected, `provider_not_found`, `user_suspended`.
    package func begin(
        _ new: NewConnectSession,
        by operator: Operator
    ) async throws(AdministrationError) -> BegunConnectSession {
        let portal = try portal()
        let (poll, page, declared) = (RandomToken.secret(), RandomToken.secret(), declaredProviders())
        let session = try await administration.act("connect_begin", by: `operator`) { act in
            try act.beginConnectSession(new, declaredProviders: declared, tokens: (poll: poll, page: page))
        }
        return BegunConnectSession(
            id: session.id,
            pollToken: poll,
            pageURL: pageURL(page, portal),
            expiresAt: session.expiresAt,
            lifetime: Act.connectLifetime,
            providers: ConnectRequest(kept: session.request)?.choices.map(\.provider) ?? []
        )
    }

    /// How a session went, for whoever has the token that `begin` gave.
    ///
    /// - Throws: `connect_session_not_found`.
    package func poll(_ token: String) async throws(AdministrationError) -> ConnectProgress {
        let now = administration.now()
        return try await administration.read { store in
            guard let stored = try store.connectSession(pollDigest: KeyDigest(ofKey: token.utf8)) else {
                throw AdministrationError.notFound(kind: "connect_session", name: TextRules.shown(token))
            }
            let session = try ConnectSession(stored)
            return ConnectProgress(
                state: session.record.state(session.status(at: now)),
                connected: session.record.connected,
                declined: session.record.declined,
                failed: session.record.failed
            )
        }
    }

    /// What the page of this token shows, also after the session has ended.
    ///
    /// - Throws: `connect_session_not_found`.
    package func page(_ token: String) async throws(AdministrationError) -> ConnectPage {
        let now = administration.now()
        return try await administration.read { store in
            try store.page(of: try store.connectSession(page: token), at: now)
        }
    }

    /// Sends the user to a provider: the URL at which it asks for consent itself.
    ///
    /// `browser` is what the browser alone knows, such as a cookie: the answer must come from the same one.
    ///
    /// - Throws: `connect_session_not_found`, `connect_session_ended`, `provider_not_found`, `provider_settled`,
    ///   `agent_not_found`, `too_many_sessions`.
    package func approve(
        page token: String,
        provider name: String,
        browser: Secret
    ) async throws(AdministrationError) -> String {
        let redirectURL = try portal() + "/connect/callback"
        let now = administration.now()
        let (provider, choice, asksForAccount) = try await administration.read { [administration] store in
            let session = try store.connectSession(page: token)
            let choice = try session.openChoice(name, at: now)
            _ = try store.activeAgent(of: session.stored)
            let provider = try administration.connectProvider(choice.provider, store)
            return (provider, choice, session.request.asksForAccount)
        }
        let verifier = RandomToken.secret()
        let journey = ConnectStates.Journey(
            page: Secret(token.utf8),
            provider: choice.provider,
            browser: browser.digest,
            verifier: verifier,
            redirectURL: redirectURL,
            endsAt: now + ConnectStates.lifetime
        )
        guard let state = states.begin(journey, at: now) else {
            throw .conflict(code: "too_many_sessions", reason: "too many users are on their way to providers")
        }
        return AuthorizationURL(
            provider: provider,
            scopes: choice.scopes,
            state: state,
            verifier: verifier,
            redirectURL: redirectURL,
            asksForAccount: asksForAccount
        )
        .text
    }

    /// Declines one provider, or all that are open, which ends the session.
    ///
    /// - Throws: `connect_session_not_found`, `connect_session_ended`, `provider_not_found`, `provider_settled`.
    package func deny(page token: String, provider: String? = nil) async throws(AdministrationError) -> ConnectOutcome {
        let session = try await administration.act("connect_deny", by: .portal) {
            try $0.denyConnect(page: token, provider)
        }
        return outcome(of: session, page: Secret(token.utf8))
    }

    /// Takes what a provider sent the browser back with.
    package func callback(_ callback: ConnectCallback, browser: Secret?) async -> ConnectOutcome {
        guard let state = callback.state, let browser,
            let journey = states.end(state, browser: browser, at: administration.now())
        else { return .refused(reason: "this answer belongs to no request of this browser, or comes too late") }
        do throws(AdministrationError) {
            switch try await finish(journey, callback) {
            case .settled(let session): return outcome(of: session, page: journey.page)
            case .arrived(let account, let provider):
                // The answer comes in the browser that `__Host-` cookies bind, or it is asked once more.
                guard journey.redirectURL.hasPrefix("https://") else {
                    return try await hold(account, of: provider, page: journey.page)
                }
                let session = try await keep(account, of: provider, page: journey.page.text)
                return outcome(of: session, page: journey.page)
            }
        } catch { return .refused(reason: error.description) }
    }

    /// Forgets sessions that ended a day ago; to be called now and then.
    package func forgetEnded() async throws(AdministrationError) {
        try await administration.settle { [administration] in
            let dayAgo = administration.now() - 86_400_000_000_000
            // Nothing that anybody may do depends on them any more, so nothing is recorded.
            try administration.store.write { try $0.deleteConnectSessions(endedBefore: dayAgo) }
        }
    }

    private func portal() throws(AdministrationError) -> String {
        guard let portal = portalURL() else {
            throw .conflict(
                code: "connect_config_error",
                reason: "no account can be connected: there are no pages to show",
                hint: "put a [portal] section into the configuration"
            )
        }
        return portal
    }

    private func pageURL(_ token: Secret, _ portal: String) -> String { "\(portal)/connect/\(token.text)" }

    /// What comes next in the browser.
    func outcome(of session: ConnectSession, page: Secret) -> ConnectOutcome {
        let returnURL = session.request.returnURL
        switch session.record.state(session.status(at: administration.now())) {
        case .pending: return .open(pageURL: pageURL(page, portalURL() ?? ""))
        case .completed: return .completed(session.record.connected, returnURL: returnURL)
        case .failed(code: "connect_denied", _): return .denied(returnURL: returnURL)
        case .failed(_, let message): return .failed(message: message, returnURL: returnURL)
        case .expired: return .refused(reason: "this request to connect an account has ended")
        }
    }
}
