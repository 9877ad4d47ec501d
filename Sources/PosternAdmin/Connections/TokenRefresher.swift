package import PosternCore
internal import Synchronization

/// Renews the access tokens of connections, one renewal of each at a time.
///
///     read the store -> ask the provider -> write the new tokens -> in force on every event loop -> answer
///
/// Nobody uses new tokens before they are kept. If the process ends after the provider gave them and before they are, a
/// refresh token that is good for one use is lost: the next renewal finds the connection broken, its user connects again,
/// and every grant of it works again as it was.
package final class TokenRefresher: CredentialRefresher {
    /// Whoever waits for a renewal, and the version that it found wanting.
    private struct Waiter {
        let version: Int
        let completion: @Sendable (CredentialRefresh) -> Void
    }

    /// What is known of one credential.
    private struct Renewal {
        /// Not empty while it is renewed.
        var waiters: [Waiter] = []
        /// What the provider gave, and could not be kept so far.
        var unkept: Unkept?
        /// Until when it is not tried again, since it did not work.
        var pausedUntil: Int64 = 0

        var isForgettable: Bool { waiters.isEmpty && unkept == nil && pausedUntil == 0 }
    }

    /// New tokens in place of those of a version.
    private struct Unkept {
        let version: Int
        let tokens: OAuthTokens
    }

    /// How long it is not tried again if it did not work, in nanoseconds.
    private static let pause: Int64 = 1_000_000_000

    private let administration: Administration
    private let gateway: any OAuthGateway
    private let renewals = Mutex<[String: Renewal]>([:])

    package init(_ administration: Administration, gateway: any OAuthGateway) {
        self.administration = administration
        self.gateway = gateway
    }

    /// Renews the token of a connection, which is named by the id of its secret.
    package func refresh(
        _ credential: String,
        after version: Int,
        completion: @escaping @Sendable (CredentialRefresh) -> Void
    ) {
        let waiter = Waiter(version: version, completion: completion)
        let isFirst = renewals.withLock { renewals in
            renewals[credential, default: Renewal()].waiters.append(waiter)
            return renewals[credential]?.waiters.count == 1
        }
        guard isFirst else { return }
        // Event loops ask, and must not wait.
        Task { await self.renew(credential) }
    }

    /// Renews until everybody who waits has something newer than what they found wanting.
    private func renew(_ credential: String) async {
        var version = renewals.withLock { $0[credential]?.waiters.first?.version ?? 0 }
        while true {
            let (result, newest) = await renewal(of: credential, after: version)
            let (answered, next) = renewals.withLock { renewals in
                let waiters = renewals[credential]?.waiters ?? []
                let left = result == .refreshed ? waiters.filter { $0.version >= newest } : []
                renewals[credential]?.waiters = left
                if left.isEmpty, renewals[credential]?.isForgettable == true { renewals[credential] = nil }
                return (result == .refreshed ? waiters.filter { $0.version < newest } : waiters, left.first?.version)
            }
            for waiter in answered { waiter.completion(result) }
            guard let next else { return }
            version = next
        }
    }

    /// What becomes of one renewal, and the version that is there then.
    private func renewal(of credential: String, after version: Int) async -> (CredentialRefresh, Int) {
        do {
            let held = try await administration.heldTokens(of: credential)
            guard held.isActive else { return (.broken, held.version) }
            guard held.version <= version else { return (.refreshed, held.version) }
            guard held.version == version, let provider = held.provider else { return (.unavailable, held.version) }
            guard let refreshToken = held.refreshToken else { return (.broken, held.version) }
            guard !isPaused(credential) else { return (.unavailable, held.version) }
            let tokens = try await tokens(of: credential, held.version, refreshToken, provider)
            try await administration.renewConnection(secret: credential, after: held.version, tokens)
            note(credential) { renewal in
                renewal.unkept = nil
                renewal.pausedUntil = 0
            }
            // Whatever is there now is newer, and may be a user's who connected again meanwhile.
            let now = try await administration.heldTokens(of: credential)
            return now.isActive ? (.refreshed, now.version) : (.broken, now.version)
        } catch OAuthError.refused(let code) where code == "invalid_grant" {
            return await broken(credential, after: version, code)
        } catch {
            let time = administration.now() + TokenRefresher.pause
            note(credential) { $0.pausedUntil = time }
            return (.unavailable, version)
        }
    }

    /// New tokens from the provider, or those it gave before, if they could not be kept then.
    private func tokens(
        of credential: String,
        _ version: Int,
        _ refreshToken: Secret,
        _ provider: OAuthProvider
    ) async throws(OAuthError) -> OAuthTokens {
        let unkept = renewals.withLock { $0[credential]?.unkept }
        if let unkept, unkept.version == version { return unkept.tokens }
        let tokens = try await gateway.refresh(refreshToken, with: provider)
        note(credential) { $0.unkept = Unkept(version: version, tokens: tokens) }
        return tokens
    }

    private func broken(_ credential: String, after version: Int, _ code: String) async -> (CredentialRefresh, Int) {
        do throws(AdministrationError) {
            let isBroken = try await administration.breakConnection(secret: credential, after: version, code)
            guard !isBroken else { return (.broken, version) }
            return (.refreshed, try await administration.heldTokens(of: credential).version)
        } catch { return (.unavailable, version) }
    }

    private func isPaused(_ credential: String) -> Bool {
        let until = renewals.withLock { $0[credential]?.pausedUntil ?? 0 }
        return until > administration.now()
    }

    private func note(_ credential: String, _ change: (inout Renewal) -> Void) {
        renewals.withLock { change(&$0[credential, default: Renewal()]) }
    }
}
