internal import PosternCore

extension Act {
    mutating func mintKey(forAgent reference: String, _ new: NewKey) throws -> MintedKey {
        let agent = try agent(reference)
        try agent.requireNotRevoked()
        return try mintKey(new, for: KeyOwner(agent))
    }

    mutating func mintKey(_ new: NewKey, for owner: KeyOwner) throws -> MintedKey {
        let name = try name(new.name, for: owner)
        let (plaintext, prefix, digest) = owner.form.random()
        let key = StoredKey(
            id: Identifier.random(),
            owner: owner.owner,
            name: name,
            prefix: prefix,
            digest: digest,
            createdAt: now,
            expiresAt: try end(new.expiry)
        )
        try store.insert(key)
        record.key = key.name
        return MintedKey(key: key, plaintext: plaintext)
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
        var key = try key(reference, of: owner)
        guard key.revokedAt == nil else { return key }
        let others = try store.keys(of: owner.owner).filter { $0.id != key.id && works($0) }
        guard !others.isEmpty || force else {
            throw AdministrationError.conflict(
                code: "last_active_key",
                reason: "key \(key.name) is the last one that works",
                hint: "mint another one first, or revoke it with --force"
            )
        }
        key.revokedAt = now
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

    private func works(_ key: StoredKey) -> Bool {
        key.revokedAt == nil && key.expiresAt.map { $0 > now } ?? true
    }

    /// A name that no other key of the owner has or had.
    private func name(_ given: String?, for owner: KeyOwner) throws -> String {
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
