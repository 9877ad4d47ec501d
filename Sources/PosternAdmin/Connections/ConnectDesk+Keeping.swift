internal import PosternCore

// Over http any other port of the portal's host can set its cookies, so that the browser which comes back from a provider
// proves nothing: somebody else may have pressed the button, and sent a user to the provider who never saw for whom. There
// the tokens are held, and the browser that came back is shown what it is about:
//
//     callback -> arrived (10 minutes) -> keep -> the act that writes everything
//                                      -> discard, or nothing in time -> the provider is told to forget the tokens

extension ConnectDesk {
    /// Keeps what a provider gave: the answer to ``ConnectOutcome/arrived(_:)``.
    package func keep(_ token: String) async -> ConnectOutcome {
        guard let arrival = arrived.take(token, at: administration.now()) else { return ConnectDesk.tooLate }
        do throws(AdministrationError) {
            let session = try await keep(arrival.account, of: arrival.provider, page: arrival.page.text)
            return outcome(of: session, page: arrival.page)
        } catch { return .refused(reason: error.description) }
    }

    /// Declines what a provider gave, which is told to forget it.
    package func discard(_ token: String) async -> ConnectOutcome {
        guard let arrival = arrived.take(token, at: administration.now()) else { return ConnectDesk.tooLate }
        administration.tellProviders([arrival.forgotten])
        do throws(AdministrationError) {
            return try await deny(page: arrival.page.text, provider: arrival.provider.name)
        } catch { return .refused(reason: error.description) }
    }

    /// Has providers forget what nobody has kept in time; to be called now and then.
    package func discardEnded() {
        let ended = arrived.takeEnded(at: administration.now())
        if !ended.isEmpty { administration.tellProviders(ended.map(\.forgotten)) }
    }

    /// Holds what a provider gave until ``keep(_:)``.
    func hold(
        _ account: ArrivedAccount,
        of provider: OAuthProvider,
        page: Secret
    ) async throws(AdministrationError) -> ConnectOutcome {
        discardEnded()
        let arrival = ArrivedTokens.Arrival(
            page: page,
            provider: provider,
            account: account,
            endsAt: administration.now() + ArrivedTokens.lifetime
        )
        do throws(AdministrationError) {
            let shown = try await self.page(page.text)
            guard let token = arrived.hold(arrival) else {
                throw .conflict(code: "too_many_sessions", reason: "too many users are to say whether to keep accounts")
            }
            let asked = shown.providers.first { $0.name == provider.name }?.scopes ?? []
            return .arrived(
                ConnectArrival(
                    token: token.text,
                    page: shown,
                    provider: provider.name,
                    account: account.account?.identifier,
                    scopes: account.tokens.scopes(asked: asked),
                    endsAt: min(arrival.endsAt, shown.expiresAt)
                )
            )
        } catch {
            administration.tellProviders([arrival.forgotten])
            throw error
        }
    }

    private static let tooLate = ConnectOutcome.refused(
        reason: "this account was not kept in time, or it is decided already; begin again from the application"
    )
}

/// An account that a provider has let Postern into, while nothing of it is kept.
package struct ConnectArrival: Hashable, Sendable {
    /// Names it once, to ``ConnectDesk/keep(_:)`` or ``ConnectDesk/discard(_:)``; only the browser that came back may see it.
    package let token: String
    /// What the session is about.
    package let page: ConnectPage
    package let provider: String
    /// `nil` where the provider does not say.
    package let account: String?
    /// What the provider granted.
    package let scopes: [String]
    /// Nanoseconds since 1970.
    package let endsAt: Int64
}
