package import PosternCore

// Keys by their ids, whoever's they are.
extension Administration {
    /// The key of a digest, and the agent whose it is, also of one that has ended; `nil` for what never was one.
    package func keyState(
        _ digest: KeyDigest
    ) async throws(AdministrationError) -> (key: StoredKey, agent: StoredAgent?)? {
        try await read { store in
            guard let key = try store.key(digest: digest) else { return nil }
            switch key.owner {
            case .agent(let id): return (key, try store.agent(id: id))
            case .app: return (key, nil)
            }
        }
    }

    /// One key by its id.
    package func key(_ id: String) async throws(AdministrationError) -> StoredKey {
        try await read { store in
            guard Identifier.isOne(id), let key = try store.key(id: id) else {
                throw AdministrationError.notFound(kind: "key", name: TextRules.shown(id))
            }
            return key
        }
    }

    /// Makes a key from another one: of the same owner, for less, for no longer, and revoked with it.
    package func deriveKey(
        _ new: NewDerivedKey,
        by operator: Operator
    ) async throws(AdministrationError) -> MintedKey {
        try await act("key_derive", by: `operator`) { try $0.deriveKey(new) }
    }

    /// Makes a key like the one of this id, which works for some more days, and with it those that were derived from it.
    package func rotateKey(
        _ id: String,
        overlapDays: Int,
        by operator: Operator
    ) async throws(AdministrationError) -> MintedKey {
        try await act("key_rotate", by: `operator`) { try $0.rotateKey(id, overlapDays: overlapDays) }
    }

    /// Ends the key of this id for ever, with those that were made from it; the last one that works only if forced.
    package func revokeKey(
        _ id: String,
        force: Bool,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("key_revoke", by: `operator`) { try $0.revokeKey(id, force: force) }
    }
}
