/// Talks to the token endpoints of providers.
///
/// Implemented over libcurl, and by tests. Nothing here is written to a log; errors hold codes of the provider and no token.
package protocol OAuthGateway: Sendable {
    /// Exchanges an authorization code, with its PKCE verifier, for tokens.
    func exchange(
        code: Secret,
        verifier: Secret,
        redirectURL: String,
        with provider: OAuthProvider
    ) async throws(OAuthError) -> OAuthTokens

    /// Renews an access token. RFC 6749 section 6.
    func refresh(_ refreshToken: Secret, with provider: OAuthProvider) async throws(OAuthError) -> OAuthTokens

    /// Asks whose account an access token is for; `nil` where the provider does not say.
    func account(of accessToken: Secret, with provider: OAuthProvider) async throws(OAuthError) -> OAuthAccount?

    /// Tells the provider that a token is not used any more. RFC 7009.
    func revoke(_ token: Secret, with provider: OAuthProvider) async throws(OAuthError)
}

/// A provider at which users connect accounts.
package struct OAuthProvider: Sendable {
    package let name: String
    package let settings: OAuthClientSettings
    package let network: UpstreamNetwork

    package init(name: String, settings: OAuthClientSettings, network: UpstreamNetwork) {
        self.name = name
        self.settings = settings
        self.network = network
    }
}

/// What a token endpoint answers, RFC 6749 section 5.1.
package struct OAuthTokens: Sendable {
    package let accessToken: Secret
    package let refreshToken: Secret?
    /// `nil` where the provider does not say.
    package let lifetime: Duration?
    /// What was granted; `nil` is what was asked for.
    package let scopes: [String]?

    package init(accessToken: Secret, refreshToken: Secret?, lifetime: Duration?, scopes: [String]?) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.lifetime = lifetime
        self.scopes = scopes
    }
}

/// Whose account a connection is.
package struct OAuthAccount: Hashable, Sendable {
    /// What tells it from others at the provider, such as an address.
    package let identifier: String
    package let displayName: String?

    package init(identifier: String, displayName: String?) {
        self.identifier = identifier
        self.displayName = displayName
    }
}

/// Why a provider gave no token.
package enum OAuthError: Error, Hashable, Sendable {
    /// The provider refuses for good, with a code of RFC 6749 section 5.2 such as `invalid_grant`.
    case refused(code: String)
    /// It could not be reached, or answered something that is none of this.
    case unreachable(reason: String)
    /// Our registration cannot be used, such as a client secret that cannot be read.
    case misconfigured(reason: String)
}
