/// A user's account at a provider, connected by OAuth 2.
///
/// Its tokens are the values of a secret: `secret` is the access token and `refresh_token` the other one, if there is one.
package struct StoredConnection: Hashable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case active
        /// The provider does not renew its tokens any more.
        case broken
        case revoked
    }

    package let id: String
    package let userID: String
    package let provider: String
    /// What tells the account from others of the user at the provider.
    package let account: String
    package var accountDisplayName: String?
    package var scopes: [String]
    package var status: Status
    /// The secret that holds its tokens.
    package let secretID: String
    /// When the access token ends; `nil` if the provider does not say.
    package var tokenEndsAt: Int64?
    package let createdAt: Int64
    package var updatedAt: Int64

    package init(
        id: String,
        userID: String,
        provider: String,
        account: String,
        accountDisplayName: String? = nil,
        scopes: [String],
        status: Status = .active,
        secretID: String,
        tokenEndsAt: Int64? = nil,
        createdAt: Int64,
        updatedAt: Int64
    ) {
        self.id = id
        self.userID = userID
        self.provider = provider
        self.account = account
        self.accountDisplayName = accountDisplayName
        self.scopes = scopes
        self.status = status
        self.secretID = secretID
        self.tokenEndsAt = tokenEndsAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
