internal import PosternCore

extension AgentKey {
    /// The keys that have not ended for ever, of all keys of one owner.
    static func keys(of stored: [StoredKey]) -> [AgentKey] {
        let limits = Dictionary(stored.map { ($0.id, Limits(requestsPerMinute: $0.requestsPerMinute)) }) { first, _ in
            first
        }
        return stored.filter { $0.revokedAt == nil }.map { key in
            AgentKey(key, parent: key.parentID.map { ($0, limits[$0] ?? Limits()) })
        }
    }

    private init(_ stored: StoredKey, parent: (id: String, limits: Limits)?) {
        let end = [stored.expiresAt, stored.rotatedUntil].compactMap(\.self).min()
        self.init(
            stored.digest,
            id: stored.id,
            expiresAt: end.map { $0 / 1_000_000_000 },
            isDeprecated: stored.deprecatedAt != nil,
            scopes: stored.scopes,
            networks: stored.networks,
            limits: Limits(requestsPerMinute: stored.requestsPerMinute),
            parent: parent
        )
    }
}
