internal import PosternCore

extension Act {
    mutating func mintKey(forAgent reference: String, _ new: NewKey) throws -> MintedKey {
        let agent = try agent(reference)
        try agent.requireNotRevoked()
        return try mintKey(new, for: KeyOwner(agent))
    }

    mutating func mintKey(_ new: NewKey, for owner: KeyOwner) throws -> MintedKey {
        try requireUnlimitedMinter()
        try check(scopes: new.scopes)
        try check(networks: new.networks)
        try TextRules.check(new.requestsPerMinute, "requests_per_minute", in: 1...10_000_000)
        return try insertKey(
            KeyBounds(
                expiresAt: try end(new.expiry),
                scopes: new.scopes,
                networks: new.networks,
                requestsPerMinute: new.requestsPerMinute
            ),
            named: new.name,
            for: owner
        )
    }

    mutating func setDeprecated(_ isDeprecated: Bool, key reference: String, of owner: KeyOwner) throws -> StoredKey {
        var key = try key(reference, of: owner)
        guard key.revokedAt == nil else {
            throw AdministrationError.conflict(
                code: "key_revoked",
                reason: "key \(key.name) is revoked, which is for ever"
            )
        }
        guard (key.deprecatedAt != nil) != isDeprecated else { return key }
        key.deprecatedAt = isDeprecated ? now : nil
        try store.update(key)
        return key
    }

    mutating func revokeKey(_ reference: String, of owner: KeyOwner, force: Bool) throws -> StoredKey {
        try revoke(try key(reference, of: owner), force: force)
    }

    mutating func revokeKey(_ id: String, force: Bool) throws -> StoredKey {
        try revoke(try keyWithOwner(id).key, force: force)
    }

    /// Ends a key, those that were made from it, and what was asked for with any of them.
    private mutating func revoke(_ key: StoredKey, force: Bool) throws -> StoredKey {
        guard key.revokedAt == nil else { return key }
        let made = try store.keys(endingWith: key, askedBy: record.by.key)
        let ending = Set(made.map(\.id)).union([key.id])
        // What was derived ends with what it was derived from, so it is nothing to fall back on.
        let others = try store.keys(of: key.owner)
            .filter { !ending.contains($0.id) && $0.parentID == nil && works($0) }
        guard !others.isEmpty || force || key.parentID != nil else {
            throw AdministrationError.conflict(
                code: "last_active_key",
                reason: "key \(key.name) is the last one that works",
                hint: "mint another one first, or revoke it with --force"
            )
        }
        let revoked = try end(key, .revoked)
        let working = made.filter { $0.revokedAt == nil }
        for each in working { _ = try end(each, .parentRevoked) }
        if !working.isEmpty { record.detail = "with \(working.count) keys made from it" }
        try endApprovals(askedWith: [key] + working)
        return revoked
    }

    private func end(_ key: StoredKey, _ end: StoredKey.End) throws -> StoredKey {
        var key = key
        key.revokedAt = now
        key.end = end
        try store.update(key)
        return key
    }

    /// The key that an act is about, as it is recorded.
    private mutating func key(_ reference: String, of owner: KeyOwner) throws -> StoredKey {
        let keys = try store.keys(of: owner.owner)
        guard let key = keys.first(where: { $0.id == reference }) ?? keys.first(where: { $0.name == reference }) else {
            throw AdministrationError.notFound(kind: "key", name: TextRules.shown(reference))
        }
        record.key = key.name
        return key
    }

    /// Whether a key opens anything now.
    func works(_ key: StoredKey) -> Bool { key.works(at: now) }

    /// A name that no other key of the owner has or had.
    func name(_ given: String?, for owner: KeyOwner) throws -> String {
        let taken = Set(try store.keys(of: owner.owner).map(\.name))
        guard let given else {
            var number = taken.count + 1
            while taken.contains("\(owner.name)-\(number)") { number += 1 }
            return "\(owner.name)-\(number)"
        }
        try TextRules.check(given, "name", maxBytes: 128)
        try TextRules.checkIsNoIdentifier(given)
        guard !taken.contains(given) else {
            throw AdministrationError.conflict(
                code: "key_name_exists",
                reason: "\(owner.name) has or had a key of that name",
                hint: "choose another name"
            )
        }
        return given
    }
}

extension StoredKey {
    /// Whether it opens anything at a time.
    func works(at now: Int64) -> Bool {
        revokedAt == nil && [expiresAt, rotatedUntil].allSatisfy { $0.map { $0 > now } ?? true }
    }
}
