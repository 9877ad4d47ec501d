internal import PosternCore

// From a provider's answer to a connection:
//
//     iss -> the user's consent there -> code exchange -> account -> one act that keeps everything, or nothing
//                                                                 -> held until the user says so: ConnectDesk+Keeping.swift

extension ConnectDesk {
    /// What a provider's answer comes to.
    enum Finish {
        /// Nothing was given; the session knows why.
        case settled(ConnectSession)
        /// An account, of which nothing is written yet.
        case arrived(ArrivedAccount, OAuthProvider)
    }

    /// What becomes of a session once its provider has answered.
    func finish(
        _ journey: ConnectStates.Journey,
        _ callback: ConnectCallback
    ) async throws(AdministrationError) -> Finish {
        let (page, name) = (journey.page.text, journey.provider)
        let now = administration.now()
        let provider = try await administration.read { [administration] store in
            // A code is not even exchanged for a session that has ended.
            _ = try store.connectSession(page: page).openChoice(name, at: now)
            return try administration.connectProvider(name, store)
        }
        // RFC 9207 section 2.4: the answer of another provider would be sent to this one.
        if let issuer = provider.settings.issuer, callback.issuer != issuer {
            return .settled(try await fail(page, name, "issuer_mismatch", "the answer does not come from \(name)"))
        }
        if let error = callback.error {
            // RFC 6749 section 4.1.2.1.
            guard error != "access_denied" else {
                let session = try await administration.act("connect_deny", by: .portal) {
                    try $0.denyConnect(page: page, name)
                }
                return .settled(session)
            }
            return .settled(
                try await fail(page, name, "provider_error", "\(name) answered \(TextRules.shown(error))")
            )
        }
        guard let code = callback.code, code.count > 0 else {
            return .settled(try await fail(page, name, "provider_error", "\(name) answered without a code"))
        }
        return try await exchange(code, journey, provider)
    }

    private func exchange(
        _ code: Secret,
        _ journey: ConnectStates.Journey,
        _ provider: OAuthProvider
    ) async throws(AdministrationError) -> Finish {
        let page = journey.page.text
        let tokens: OAuthTokens
        do throws(OAuthError) {
            tokens = try await gateway.exchange(
                code: code,
                verifier: journey.verifier,
                redirectURL: journey.redirectURL,
                with: provider
            )
        } catch {
            let (code, message) = error.asFailure(of: provider.name)
            return .settled(try await fail(page, provider.name, code, message))
        }
        do throws(OAuthError) {
            let account = try await gateway.account(of: tokens.accessToken, with: provider)
            return .arrived(ArrivedAccount(tokens: tokens, account: account), provider)
        } catch {
            forget(tokens, of: provider)
            let message = error.asFailure(of: provider.name).message
            return .settled(try await fail(page, provider.name, "account_unknown", message))
        }
    }

    /// Writes an account that has arrived, and all that comes of it.
    func keep(
        _ arrived: ArrivedAccount,
        of provider: OAuthProvider,
        page: String
    ) async throws(AdministrationError) -> ConnectSession {
        do {
            return try await administration.act("connection_create", by: .portal) {
                try $0.connect(page: page, provider.name, arrived)
            }
        } catch {
            forget(arrived.tokens, of: provider)
            let reason = AdministrationError(error)
            return try await fail(page, provider.name, reason.code, reason.description)
        }
    }

    /// Nothing was kept, so nobody will use what the provider gave.
    private func forget(_ tokens: OAuthTokens, of provider: OAuthProvider) {
        let token = tokens.refreshToken ?? tokens.accessToken
        administration.tellProviders([ForgottenToken(provider: provider, token: token)])
    }

    private func fail(
        _ page: String,
        _ provider: String,
        _ code: String,
        _ message: String
    ) async throws(AdministrationError) -> ConnectSession {
        let failure = FailedProvider(provider: provider, code: code, message: message)
        return try await administration.act("connect_fail", by: .portal) {
            try $0.failConnect(page: page, failure)
        }
    }
}

extension OAuthError {
    /// A code by which programs tell it, and words for people.
    func asFailure(of provider: String) -> (code: String, message: String) {
        switch self {
        case .refused("invalid_client"): ("invalid_client", "\(provider) does not know this application")
        case .refused("unauthorized_client"):
            ("unauthorized_client", "\(provider) does not let this application connect accounts")
        case .refused(let code):
            ("token_exchange_failed", "\(provider) gave no token: \(TextRules.shown(code))")
        case .unreachable: ("provider_unreachable", "\(provider) could not be reached")
        case .misconfigured: ("connect_config_error", "\(provider) is not set up completely")
        }
    }
}

extension Operator {
    /// A user's browser, which proves no more than that it was given the address of a page.
    static let portal = Operator(userID: nil, name: "portal")
}

extension Administration {
    /// A provider at which accounts are connected.
    func connectProvider(_ name: String, _ store: any StoreReader) throws -> OAuthProvider {
        guard let provider = OAuthProvider(try declared.provider(named: name, or: store)) else {
            throw AdministrationError.conflict(
                code: "connect_config_error",
                reason: "no account can be connected at \(name) any more"
            )
        }
        return provider
    }
}
