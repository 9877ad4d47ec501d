package import PosternCore

/// Takes users through connecting their accounts.
///
///     begin (application) -> page -> approve -> the provider's own pages -> callback -> poll (application)
///                                 -> deny
///
/// Whoever has the page's address is not proven to be the user; only the provider's login is. So an account that is
/// connected already is never handed on without it.
package final class ConnectDesk: Sendable {
    let administration: Administration
    let gateway: any OAuthGateway

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
    }

    /// Begins a session.
    ///
    /// - Throws: `agent_not_found` also for an agent that may not act now, `scope_not_allowed`, `connect_config_error` where
    ///   no account can be connected, `user_suspended`.
    package func begin(
        _ new: NewConnectSession,
        by operator: Operator
    ) async throws(AdministrationError) -> BegunConnectSession { throw .store(.unavailable(reason: "not built")) }

    /// How a session went, for whoever has the token that `begin` gave.
    ///
    /// - Throws: `connect_session_not_found`.
    package func poll(_ token: String) async throws(AdministrationError) -> ConnectProgress {
        throw .store(.unavailable(reason: "not built"))
    }

    /// What the page of this token shows, also after the session has ended.
    ///
    /// - Throws: `connect_session_not_found`.
    package func page(_ token: String) async throws(AdministrationError) -> ConnectPage {
        throw .store(.unavailable(reason: "not built"))
    }

    /// Sends the user to a provider: the URL at which it asks for consent itself.
    ///
    /// `browser` is what the browser alone knows, such as a cookie: the answer must come from the same one.
    ///
    /// - Throws: `connect_session_not_found`, `connect_session_ended`, `provider_not_found`, `provider_settled`.
    package func approve(
        page token: String,
        provider: String,
        browser: Secret
    ) async throws(AdministrationError) -> String { throw .store(.unavailable(reason: "not built")) }

    /// Declines one provider, or all that are open, which ends the session.
    ///
    /// - Throws: `connect_session_not_found`, `connect_session_ended`, `provider_not_found`, `provider_settled`.
    package func deny(page token: String, provider: String? = nil) async throws(AdministrationError) -> ConnectOutcome {
        throw .store(.unavailable(reason: "not built"))
    }

    /// Takes what a provider sent the browser back with.
    package func callback(_ callback: ConnectCallback, browser: Secret?) async -> ConnectOutcome {
        .refused(reason: "not built")
    }

    /// Forgets sessions that ended a day ago; to be called now and then.
    package func forgetEnded() async throws(AdministrationError) { throw .store(.unavailable(reason: "not built")) }
}
