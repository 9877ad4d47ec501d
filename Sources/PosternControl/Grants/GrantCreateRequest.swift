/// `POST /v1/grants`: exactly one of ``agent``, ``user``, ``group`` and ``system`` is given.
package struct GrantCreateRequest: Encodable, Sendable {
    /// A name or id.
    package var agent: String?
    /// A subject or id.
    package var user: String?
    package var group: String?
    package var system: Bool?
    /// A name or id.
    package var secret: String
    package var parent: String?
    package var delegable: Bool?
    package var label: String?
    package var terms: RawJSON?
    package var maxUses: Int?
    /// RFC 3339; at most one of this and ``lifetimeSeconds``.
    package var expiresAt: String?
    package var lifetimeSeconds: Int?

    enum CodingKeys: String, CodingKey {
        case agent, user, group, system, secret, parent, delegable, label, terms
        case maxUses = "max_uses"
        case expiresAt = "expires_at"
        case lifetimeSeconds = "ttl_s"
    }

    package init(secret: String) { self.secret = secret }
}
