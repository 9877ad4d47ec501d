/// A user's account at a provider.
package struct ConnectionAnswer: Codable, Hashable, Sendable {
    package let id: String
    /// The user's subject.
    package let user: String
    package let provider: String
    /// Whose account it is at the provider, if that says so.
    @Nullable package var account: String?
    @Nullable package var accountDisplayName: String?
    package let scopes: [String]
    /// `active`, `broken` or `revoked`.
    package let status: String
    /// When the access token ends, which is then renewed.
    @Nullable package var tokenEndsAt: String?
    /// The user's own grant, and those below it.
    package let grants: [GrantAnswer]
    package let createdAt: String
    package let updatedAt: String

    enum CodingKeys: String, CodingKey {
        case id, user, provider, account, scopes, status, grants
        case accountDisplayName = "account_display_name"
        case tokenEndsAt = "token_ends_at"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package init(
        id: String,
        user: String,
        provider: String,
        account: String?,
        accountDisplayName: String?,
        scopes: [String],
        status: String,
        tokenEndsAt: String?,
        grants: [GrantAnswer],
        createdAt: String,
        updatedAt: String
    ) {
        self.id = id
        self.user = user
        self.provider = provider
        self.account = account
        self.accountDisplayName = accountDisplayName
        self.scopes = scopes
        self.status = status
        self.tokenEndsAt = tokenEndsAt
        self.grants = grants
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
