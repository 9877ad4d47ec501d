/// A key by which an agent, or the operator's application, proves who it is.
///
/// Only its digest is kept.
package struct StoredKey: Hashable, Sendable {
    /// Whose it is.
    package enum Owner: Hashable, Sendable {
        case agent(id: String)
        case app(id: String)
    }

    package let id: String
    package let owner: Owner
    package let name: String
    /// Enough of its beginning to tell it from others.
    package let prefix: String
    package let digest: KeyDigest
    package let createdAt: Int64
    /// When it ends by itself; `nil` is never.
    package let expiresAt: Int64?
    /// Since when its holder is asked to change to another one; it still works.
    package var deprecatedAt: Int64?
    package var revokedAt: Int64?
    /// Kept up to date now and then, not for every request.
    package var lastUsedAt: Int64?

    package init(
        id: String,
        owner: Owner,
        name: String,
        prefix: String,
        digest: KeyDigest,
        createdAt: Int64,
        expiresAt: Int64? = nil,
        deprecatedAt: Int64? = nil,
        revokedAt: Int64? = nil,
        lastUsedAt: Int64? = nil
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.prefix = prefix
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.deprecatedAt = deprecatedAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }
}
