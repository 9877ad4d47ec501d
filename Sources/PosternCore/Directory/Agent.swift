/// A workload that may call through Postern, or another principal that is served like one.
package struct Agent: Sendable {
    package let principal: PrincipalID
    /// Its id in the store; `nil` for one of the configuration file.
    package let id: String?
    /// Its keys; empty for an agent that only comes through a socket of its own.
    package let keys: [AgentKey]
    package let limits: Limits
    /// Whether it, or an agent above it, is paused: it is known, and nothing of it is let through.
    package let isPaused: Bool
    /// What holds for every request of it, whatever its rules allow.
    package let policy: AgentPolicy?

    /// The name under which a directory holds it.
    package var name: String { principal.directoryName }

    package init(
        name: String,
        id: String? = nil,
        keys: [AgentKey],
        limits: Limits,
        isPaused: Bool = false,
        policy: AgentPolicy? = nil
    ) {
        self.init(.agent(name), id: id, keys: keys, limits: limits, isPaused: isPaused, policy: policy)
    }

    package init(
        _ principal: PrincipalID,
        id: String? = nil,
        keys: [AgentKey] = [],
        limits: Limits = Limits(),
        isPaused: Bool = false,
        policy: AgentPolicy? = nil
    ) {
        self.principal = principal
        self.id = id
        self.keys = keys
        self.limits = limits
        self.isPaused = isPaused
        self.policy = policy
    }
}

/// A key by which an agent proves who it is.
package struct AgentKey: Sendable {
    package let digest: KeyDigest
    /// Its id in the store; `nil` for one of the configuration file.
    package let id: String?
    /// Seconds since 1970 at which it ends; `nil` is never.
    package let expiresAt: Int64?
    /// Whether its holder is asked to change to another one.
    package let isDeprecated: Bool
    /// What it may be used for in the API; `nil` is all that its holder may.
    package let scopes: [String]?
    /// The addresses from which it may be used; `nil` is from anywhere.
    package let networks: [String]?
    package let limits: Limits
    /// The id and the limits of the key that it was derived from, which hold for both together; `nil` for any other.
    package let parent: (id: String, limits: Limits)?

    package init(
        _ digest: KeyDigest,
        id: String? = nil,
        expiresAt: Int64? = nil,
        isDeprecated: Bool = false,
        scopes: [String]? = nil,
        networks: [String]? = nil,
        limits: Limits = Limits(),
        parent: (id: String, limits: Limits)? = nil
    ) {
        self.parent = parent
        self.digest = digest
        self.id = id
        self.expiresAt = expiresAt
        self.isDeprecated = isDeprecated
        self.scopes = scopes
        self.networks = networks
        self.limits = limits
    }
}

/// How often and how many at once.
///
/// `nil` is no limit.
package struct Limits: Hashable, Sendable {
    package var requestsPerMinute: Int?
    package var concurrentRequests: Int?

    package init(requestsPerMinute: Int? = nil, concurrentRequests: Int? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.concurrentRequests = concurrentRequests
    }
}
