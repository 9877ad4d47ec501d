internal import CLinux
package import PosternCore
package import PosternFetch

/// Verifies users' tokens with the keys that their identity provider publishes.
///
///     SignedToken, taken apart -> KeySet, the keys that may have signed it -> signature -> UserClaims -> VerifiedUser
package struct JWKSUserTokenVerifier: UserTokenVerifier {
    /// The most keys that are tried for a token which names none.
    private static let maxTries = 4

    private let claims: UserClaims
    private let cache: KeyCache
    private let now: @Sendable () -> Int64

    /// Takes whose tokens are verified, and the time in seconds since 1970.
    package init(
        settings: UserTokenSettings,
        fetcher: Fetcher,
        now: @escaping @Sendable () -> Int64 = { postern_realtime_ns() / 1_000_000_000 }
    ) {
        let source = KeySource(settings: settings, fetcher: fetcher)
        self.init(
            settings: settings,
            cache: KeyCache(
                fetch: {
                    do throws(UserTokenError) { return .success(try await source.keys()) } catch {
                        return .failure(error)
                    }
                },
                uptime: { Int64(postern_monotonic_ns() / 1_000_000_000) }
            ),
            now: now
        )
    }

    /// Takes keys from anywhere.
    init(settings: UserTokenSettings, cache: KeyCache, now: @escaping @Sendable () -> Int64) {
        claims = UserClaims(settings: settings)
        self.cache = cache
        self.now = now
    }

    package func verify(_ token: Secret) async throws(UserTokenError) -> VerifiedUser {
        let token = try SignedToken(token)
        let candidates = try await cache.keys(with: token.header.keyID).candidates(for: token.header)
        guard !candidates.isEmpty else { throw .invalid(reason: "it is signed with a key that is not known") }
        for key in candidates.prefix(JWKSUserTokenVerifier.maxTries) where await key.verifies(token) {
            return try claims.user(token.payload, now: now())
        }
        throw .invalid(reason: "its signature is not that of its issuer")
    }
}
