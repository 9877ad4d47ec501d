/// A grant as the store keeps it: a principal may use a managed secret, within terms.
package struct StoredGrant: Hashable, Sendable {
    /// Who may use the secret.
    package enum Principal: Hashable, Sendable {
        case agent(id: String)
        case user(id: String)
        case group(name: String)
        /// The application itself.
        case system
    }

    package let id: String
    package let principal: Principal
    package let secretID: String
    /// The grant below which it stands: it never allows more, nor longer, and ends with it.
    package let parentID: String?
    /// Whether grants may be made below it.
    package let isDelegable: Bool
    package var label: String?
    /// What it allows, as a JSON object with the keys of a grant in the configuration file.
    package let terms: String
    package let maxUses: Int?
    package let createdAt: Int64
    package let expiresAt: Int64?
    package var revokedAt: Int64?

    package init(
        id: String,
        principal: Principal,
        secretID: String,
        parentID: String? = nil,
        isDelegable: Bool = false,
        label: String? = nil,
        terms: String = "{}",
        maxUses: Int? = nil,
        createdAt: Int64,
        expiresAt: Int64? = nil,
        revokedAt: Int64? = nil
    ) {
        self.id = id
        self.principal = principal
        self.secretID = secretID
        self.parentID = parentID
        self.isDelegable = isDelegable
        self.label = label
        self.terms = terms
        self.maxUses = maxUses
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}
