package import PosternCore

extension Administration {
    /// The keys of an agent, oldest first, revoked ones too.
    package func keys(ofAgent reference: String) async throws(AdministrationError) -> [StoredKey] {
        try await read { store in try store.keys(of: .agent(id: try store.existingAgent(reference).id)) }
    }

    /// Makes one more key of an agent.
    package func mintKey(
        forAgent reference: String,
        _ new: NewKey,
        by operator: Operator
    ) async throws(AdministrationError) -> MintedKey {
        try await act("key_mint", by: `operator`) { try $0.mintKey(forAgent: reference, new) }
    }

    /// Asks the holder of a key, named by its id or name, to change to another one; the key still works.
    package func deprecateKey(
        agent reference: String,
        key: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("key_deprecate", by: `operator`) { act in
            try act.setDeprecated(true, key: key, of: try act.keyOwner(agent: reference))
        }
    }

    /// Takes that back.
    package func undeprecateKey(
        agent reference: String,
        key: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("key_undeprecate", by: `operator`) { act in
            try act.setDeprecated(false, key: key, of: try act.keyOwner(agent: reference))
        }
    }

    /// Ends a key for ever; the last one that works only if forced.
    package func revokeKey(
        agent reference: String,
        key: String,
        force: Bool,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("key_revoke", by: `operator`) { act in
            try act.revokeKey(key, of: try act.keyOwner(agent: reference), force: force)
        }
    }
}
