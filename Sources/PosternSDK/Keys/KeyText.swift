internal import PosternAdmin
internal import PosternCore

extension JSONText {
    /// The members of an agent's key as its operator knows it.
    static func agentKey(_ key: StoredKey) -> [(String, JSONText)] {
        [
            ("key_id", .text(key.id)), ("key_prefix", .text(key.prefix)), ("name", .text(key.name)),
            ("created_at", .time(key.createdAt)), ("deprecated_at", .time(key.deprecatedAt)),
            ("revoked_at", .time(key.revokedAt)), ("last_used_at", .time(key.lastUsedAt)),
        ]
    }

    /// The members of any key as its holder knows it.
    static func key(_ key: StoredKey) -> [(String, JSONText)] {
        [
            ("id", .text(key.id)), ("name", .text(key.name)), ("key_prefix", .text(key.prefix)),
            ("key_type", .text(type(of: key))), ("scopes", .texts(key.scopes ?? AccessScope.all)),
            ("scope_version", .integer(AccessScope.version)),
            ("cidr_allowlist", key.networks.map { .texts($0) } ?? .null),
            ("rate_limit_rpm", .integer(key.requestsPerMinute)), ("expires_at", .time(key.expiresAt)),
            ("deprecated_at", .time(key.deprecatedAt)), ("revoked_at", .time(key.revokedAt)),
            ("parent_key_id", .text(key.parentID)), ("created_at", .time(key.createdAt)),
            ("last_used_at", .time(key.lastUsedAt)),
        ]
    }

    private static func type(of key: StoredKey) -> String {
        if key.parentID != nil { return "dk" }
        switch key.owner {
        case .agent: return "ak"
        case .app: return "rk"
        }
    }
}

extension SDKReply {
    /// A key that was just made, with its text.
    static func minted(_ minted: MintedKey, _ members: [(String, JSONText)]) -> SDKReply {
        .created(.object(members + [("api_key", .secret(minted.plaintext))]))
    }
}
