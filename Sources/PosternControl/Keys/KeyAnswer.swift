/// A key of an agent or of the application, without what its holder presents.
package struct KeyAnswer: Codable, Hashable, Sendable {
    package let id: String
    package let name: String
    package let prefix: String
    /// `active`, `deprecated`, `revoked` or `expired`.
    package let status: String
    package let createdAt: String
    @Nullable package var expiresAt: String?
    @Nullable package var deprecatedAt: String?
    @Nullable package var revokedAt: String?
    @Nullable package var lastUsedAt: String?
    /// What it may be used for; all that its owner may if there is no list.
    @Nullable package var scopes: [String]? = nil
    /// The addresses from which it may be used; any if there is no list.
    @Nullable package var networks: [String]? = nil
    @Nullable package var requestsPerMinute: Int? = nil
    /// The id of the key that it was derived from.
    @Nullable package var parent: String? = nil
    /// What its holder presents, in the answer to its minting only.
    package var key: String?

    enum CodingKeys: String, CodingKey {
        case id, name, prefix, status, scopes, networks, parent, key
        case requestsPerMinute = "requests_per_minute"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case deprecatedAt = "deprecated_at"
        case revokedAt = "revoked_at"
        case lastUsedAt = "last_used_at"
    }

    package init(
        id: String,
        name: String,
        prefix: String,
        status: String,
        createdAt: String,
        expiresAt: String?,
        deprecatedAt: String?,
        revokedAt: String?,
        lastUsedAt: String?,
        key: String? = nil
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.status = status
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.deprecatedAt = deprecatedAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.key = key
    }
}
