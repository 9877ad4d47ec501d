/// `POST /v1/agents/{agent}/keys` and `POST /v1/app/keys`.
package struct KeyMintRequest: Encodable, Sendable {
    package var name: String?
    /// RFC 3339; at most one of this and ``lifetimeSeconds``.
    package var expiresAt: String?
    package var lifetimeSeconds: Int?
    package var scopes: [String]?
    package var networks: [String]?
    package var requestsPerMinute: Int?

    enum CodingKeys: String, CodingKey {
        case name, scopes, networks
        case requestsPerMinute = "requests_per_minute"
        case expiresAt = "expires_at"
        case lifetimeSeconds = "ttl_s"
    }

    package init() {}
}

/// `POST …/keys/{key}/revoke`.
package struct KeyRevokeRequest: Encodable, Sendable {
    /// Also the last key that is not revoked.
    package var force: Bool

    package init(force: Bool) { self.force = force }
}
