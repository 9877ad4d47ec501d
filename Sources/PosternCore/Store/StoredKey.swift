/// A key by which an agent, or the operator's application, proves who it is.
///
/// Only its digest is kept.
package struct StoredKey: Hashable, Sendable {
    /// Whose it is.
    package enum Owner: Hashable, Sendable {
        case agent(id: String)
        case app(id: String)
    }

    /// Why a key ended.
    package enum End: String, Sendable, CaseIterable {
        /// It was revoked by itself.
        case revoked
        /// Its agent was revoked.
        case agentRevoked = "agent_revoked"
        /// The key it was derived from was, or the one whose place it took.
        case parentRevoked = "parent_revoked"
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
    /// What it may be used for; `nil` is all that its owner may.
    package let scopes: [String]?
    /// The key it was derived from, and dies with.
    package let parentID: String?
    /// The addresses from which it may be used, such as `10.0.0.0/8`; `nil` is from anywhere.
    package let networks: [String]?
    /// `nil` is no limit of its own.
    package let requestsPerMinute: Int?
    /// The key that took its place; it works until `rotatedUntil`.
    package var successorID: String?
    package var rotatedUntil: Int64?
    /// Since when its holder is asked to change to another one; it still works.
    package var deprecatedAt: Int64?
    package var revokedAt: Int64?
    /// Why it ended, if it has.
    package var end: End?
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
        scopes: [String]? = nil,
        parentID: String? = nil,
        networks: [String]? = nil,
        requestsPerMinute: Int? = nil,
        successorID: String? = nil,
        rotatedUntil: Int64? = nil,
        deprecatedAt: Int64? = nil,
        revokedAt: Int64? = nil,
        end: End? = nil,
        lastUsedAt: Int64? = nil
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.prefix = prefix
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.scopes = scopes
        self.parentID = parentID
        self.networks = networks
        self.requestsPerMinute = requestsPerMinute
        self.successorID = successorID
        self.rotatedUntil = rotatedUntil
        self.deprecatedAt = deprecatedAt
        self.revokedAt = revokedAt
        self.end = end
        self.lastUsedAt = lastUsedAt
    }
}
