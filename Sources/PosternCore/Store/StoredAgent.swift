/// An agent as the store keeps it.
package struct StoredAgent: Hashable, Sendable {
    /// A lower-case UUID with hyphens, as every id of the store is.
    package let id: String
    /// Unique among agents that are not revoked; it never changes.
    package let name: String
    package let kind: Kind
    package var displayName: String?
    package var status: Status
    /// The agent below which it stands: it works only while that one does, and is revoked with it.
    package let parentID: String?
    /// What it may ask of each provider, as a JSON object of string arrays.
    package var scopes: String
    /// What `scopes` becomes at `scopesApplyAt`: what is narrowed may take its time.
    package var pendingScopes: String?
    package var scopesApplyAt: Int64?
    package var limits: Limits
    /// Constraints on every request of it, as a JSON object with the keys of a grant; `nil` is none.
    package var policy: String?
    /// The operator's own notes, as a JSON object.
    package var metadata: String
    /// Raised by every change.
    package var version: Int
    /// Nanoseconds since 1970, as every time in the store is.
    package let createdAt: Int64
    package var updatedAt: Int64

    /// What kind of workload it is; nothing depends on it.
    package enum Kind: String, Sendable, CaseIterable { case agent, service }

    /// Whether it may act.
    package enum Status: String, Sendable, CaseIterable {
        case active
        /// Until it is resumed.
        case paused
        /// For ever.
        case revoked
    }

    package init(
        id: String,
        name: String,
        kind: Kind = .agent,
        displayName: String? = nil,
        status: Status = .active,
        parentID: String? = nil,
        scopes: String = "{}",
        pendingScopes: String? = nil,
        scopesApplyAt: Int64? = nil,
        limits: Limits = Limits(),
        policy: String? = nil,
        metadata: String = "{}",
        version: Int = 1,
        createdAt: Int64,
        updatedAt: Int64
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.displayName = displayName
        self.status = status
        self.parentID = parentID
        self.scopes = scopes
        self.pendingScopes = pendingScopes
        self.scopesApplyAt = scopesApplyAt
        self.limits = limits
        self.policy = policy
        self.metadata = metadata
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
