/// `POST /v1/agents`.
package struct AgentCreateRequest: Encodable, Sendable {
    package var name: String
    /// `agent` or `service`; by default the first.
    package var kind: String?
    package var displayName: String?
    /// The name or id of the agent above it.
    package var parent: String?
    package var scopes: [String: [String]]?
    package var requestsPerMinute: Int?
    package var concurrentRequests: Int?
    package var policy: RawJSON?
    package var metadata: RawJSON?
    /// Whether a first key is minted; it is unless this is false.
    package var mintsKey: Bool?

    enum CodingKeys: String, CodingKey {
        case name, kind, parent, scopes, policy, metadata
        case displayName = "display_name"
        case requestsPerMinute = "requests_per_minute"
        case concurrentRequests = "concurrent_requests"
        case mintsKey = "mint_key"
    }

    package init(name: String) { self.name = name }
}

/// `PATCH /v1/agents/{agent}`.
package struct AgentUpdateRequest: Encodable, Sendable {
    package var displayName = Patch<String>.unchanged
    package var scopes = Patch<[String: [String]]>.unchanged
    package var requestsPerMinute = Patch<Int>.unchanged
    package var concurrentRequests = Patch<Int>.unchanged
    package var policy = Patch<RawJSON>.unchanged
    package var metadata = Patch<RawJSON>.unchanged
    /// The change is refused if the agent has another version.
    package var expectedVersion: Int?
    /// How long scopes that are taken away still hold.
    package var graceSeconds: Int?

    private enum ConditionKeys: String, CodingKey {
        case expectedVersion = "expected_version"
        case graceSeconds = "grace_s"
    }

    package init() {}

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AgentCreateRequest.CodingKeys.self)
        try container.encode(displayName, forKey: .displayName)
        try container.encode(scopes, forKey: .scopes)
        try container.encode(requestsPerMinute, forKey: .requestsPerMinute)
        try container.encode(concurrentRequests, forKey: .concurrentRequests)
        try container.encode(policy, forKey: .policy)
        try container.encode(metadata, forKey: .metadata)
        var conditions = encoder.container(keyedBy: ConditionKeys.self)
        try conditions.encodeIfPresent(expectedVersion, forKey: .expectedVersion)
        try conditions.encodeIfPresent(graceSeconds, forKey: .graceSeconds)
    }
}
