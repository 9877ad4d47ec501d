/// How users connect their accounts at a provider: its OAuth 2 endpoints and our registration there.
///
/// RFC 6749, RFC 7636, RFC 9207.
package struct OAuthClientSettings: Hashable, Sendable {
    package var authorizationEndpoint: String
    package var tokenEndpoint: String
    /// RFC 7009; `nil` if it has none.
    package var revocationEndpoint: String?
    /// Where the account's identity is asked for, with the access token; `nil` if nowhere.
    package var accountEndpoint: String?
    /// The member of its answer that names the account, such as `email`.
    package var accountMember: String
    /// What `iss` must be in the authorization response; `nil` if the provider sends none.
    package var issuer: String?
    package var clientID: String
    /// A reference to the client's secret, such as `file:/path`; `nil` for a public client.
    package var clientSecret: String?
    /// How the client authenticates: `client_secret_basic` or `client_secret_post`.
    package var clientAuthentication: ClientAuthentication
    /// What is asked for where nobody says otherwise.
    package var defaultScopes: [String]
    /// All that may be asked for; `nil` is anything.
    package var allowedScopes: [String]?
    /// What stands between scopes in the authorization request: a space, but for providers that want a comma.
    package var scopeSeparator: String
    /// More parameters of the authorization request, such as `access_type=offline`.
    package var authorizationParameters: [String: String]

    /// RFC 6749 section 2.3.1.
    package enum ClientAuthentication: String, Hashable, Sendable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        case none
    }

    package init(
        authorizationEndpoint: String,
        tokenEndpoint: String,
        revocationEndpoint: String? = nil,
        accountEndpoint: String? = nil,
        accountMember: String = "email",
        issuer: String? = nil,
        clientID: String,
        clientSecret: String? = nil,
        clientAuthentication: ClientAuthentication = .basic,
        defaultScopes: [String] = [],
        allowedScopes: [String]? = nil,
        authorizationParameters: [String: String] = [:],
        scopeSeparator: String = " "
    ) {
        self.authorizationEndpoint = authorizationEndpoint
        self.tokenEndpoint = tokenEndpoint
        self.revocationEndpoint = revocationEndpoint
        self.accountEndpoint = accountEndpoint
        self.accountMember = accountMember
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.clientAuthentication = clientAuthentication
        self.defaultScopes = defaultScopes
        self.allowedScopes = allowedScopes
        self.authorizationParameters = authorizationParameters
        self.scopeSeparator = scopeSeparator
    }
}
