internal import CLinux
internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension KeyAnswer {
    init(_ key: StoredKey, now: Int64 = postern_realtime_ns()) {
        let status =
            if key.revokedAt != nil {
                "revoked"
            } else if let expiry = key.expiresAt, expiry <= now {
                "expired"
            } else if key.deprecatedAt != nil {
                "deprecated"
            } else {
                "active"
            }
        self.init(
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            status: status,
            createdAt: Timestamp.text(key.createdAt),
            expiresAt: key.expiresAt.map { Timestamp.text($0) },
            deprecatedAt: key.deprecatedAt.map { Timestamp.text($0) },
            revokedAt: key.revokedAt.map { Timestamp.text($0) },
            lastUsedAt: key.lastUsedAt.map { Timestamp.text($0) }
        )
        scopes = key.scopes
        networks = key.networks
        requestsPerMinute = key.requestsPerMinute
        parent = key.parentID
    }

    /// The only answer in which the key itself stands.
    init(_ minted: MintedKey) {
        self.init(minted.key)
        key = minted.plaintext.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension NewKey {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        self.init(name: try members.text("name"), expiry: try members.expiry())
        scopes = try members.texts("scopes")
        networks = try members.texts("networks")
        requestsPerMinute = try members.integer("requests_per_minute", minimum: 1)
    }
}
