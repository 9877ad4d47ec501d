/// An agent.
package struct AgentAnswer: Codable, Hashable, Sendable {
    package let id: String
    package let name: String
    @Nullable package var displayName: String?
    /// `active`, `paused` or `revoked`.
    package let status: String
    /// The id of the agent above it.
    @Nullable package var parent: String?
    package let scopes: [String: [String]]
    @Nullable package var requestsPerMinute: Int?
    @Nullable package var concurrentRequests: Int?
    @Nullable package var policy: RawJSON?
    package let metadata: RawJSON
    package let version: Int
    package let createdAt: String
    package let updatedAt: String
    /// `agent` or `service`.
    package var kind = "agent"
    /// What ``scopes`` becomes at ``scopesApplyAt``.
    @Nullable package var pendingScopes: [String: [String]]? = nil
    @Nullable package var scopesApplyAt: String? = nil
    /// Its first key, in the answer to its creation only.
    package var key: KeyAnswer?

    enum CodingKeys: String, CodingKey {
        case id, name, kind, status, parent, scopes, policy, metadata, version, key
        case displayName = "display_name"
        case pendingScopes = "pending_scopes"
        case scopesApplyAt = "scopes_apply_at"
        case requestsPerMinute = "requests_per_minute"
        case concurrentRequests = "concurrent_requests"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package init(
        id: String,
        name: String,
        displayName: String?,
        status: String,
        parent: String?,
        scopes: [String: [String]],
        requestsPerMinute: Int?,
        concurrentRequests: Int?,
        policy: RawJSON?,
        metadata: RawJSON,
        version: Int,
        createdAt: String,
        updatedAt: String
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.status = status
        self.parent = parent
        self.scopes = scopes
        self.requestsPerMinute = requestsPerMinute
        self.concurrentRequests = concurrentRequests
        self.policy = policy
        self.metadata = metadata
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
