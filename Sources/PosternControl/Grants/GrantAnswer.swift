/// A grant.
package struct GrantAnswer: Codable, Hashable, Sendable {
    /// Who may use it.
    package struct Principal: Codable, Hashable, Sendable {
        /// `agent`, `user`, `group` or `system`.
        package let type: String
        /// Of an agent, its name; of a user, the subject; of a group, its name.
        @Nullable package var name: String?
        /// Of an agent or a user.
        @Nullable package var id: String?

        package init(type: String, name: String?, id: String?) {
            self.type = type
            self.name = name
            self.id = id
        }
    }

    package let id: String
    package let principal: Principal
    /// The name of the secret.
    package let secret: String
    package let secretID: String
    package let provider: String
    /// The id of the grant above it.
    @Nullable package var parent: String?
    package let delegable: Bool
    @Nullable package var label: String?
    package let terms: RawJSON
    @Nullable package var maxUses: Int?
    /// How often it was used, if it has a limit.
    @Nullable package var uses: Int?
    /// `active`, `revoked` or `expired`.
    package let status: String
    package let createdAt: String
    @Nullable package var expiresAt: String?
    @Nullable package var revokedAt: String?

    enum CodingKeys: String, CodingKey {
        case id, principal, secret, provider, parent, delegable, label, terms, uses, status
        case secretID = "secret_id"
        case maxUses = "max_uses"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case revokedAt = "revoked_at"
    }

    package init(
        id: String,
        principal: Principal,
        secret: String,
        secretID: String,
        provider: String,
        parent: String?,
        delegable: Bool,
        label: String?,
        terms: RawJSON,
        maxUses: Int?,
        uses: Int?,
        status: String,
        createdAt: String,
        expiresAt: String?,
        revokedAt: String?
    ) {
        self.id = id
        self.principal = principal
        self.secret = secret
        self.secretID = secretID
        self.provider = provider
        self.parent = parent
        self.delegable = delegable
        self.label = label
        self.terms = terms
        self.maxUses = maxUses
        self.uses = uses
        self.status = status
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}

/// What became of a grant and all below it.
package struct GrantRevocationAnswer: Codable, Hashable, Sendable {
    /// The ids of the grants that were revoked.
    package let revoked: [String]

    package init(revoked: [String]) { self.revoked = revoked }
}
