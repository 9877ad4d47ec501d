package import PosternCore

extension Administration {
    /// The keys of the operator's application, oldest first, revoked ones too.
    package func appKeys() async throws(AdministrationError) -> [StoredKey] {
        try await read { store in try store.keys(of: .app(id: try store.app().id)) }
    }

    /// Makes one more key of the application.
    package func mintAppKey(_ new: NewKey, by operator: Operator) async throws(AdministrationError) -> MintedKey {
        try await act("app_key_mint", by: `operator`) { act in
            try act.mintKey(new, for: try act.appKeyOwner())
        }
    }

    /// Asks whoever holds a key of the application to change to another one; the key still works.
    package func deprecateAppKey(
        _ key: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("app_key_deprecate", by: `operator`) { act in
            try act.setDeprecated(true, key: key, of: try act.appKeyOwner())
        }
    }

    /// Takes that back.
    package func undeprecateAppKey(
        _ key: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("app_key_undeprecate", by: `operator`) { act in
            try act.setDeprecated(false, key: key, of: try act.appKeyOwner())
        }
    }

    /// Ends a key of the application for ever; the last one that works only if forced.
    package func revokeAppKey(
        _ key: String,
        force: Bool,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredKey {
        try await act("app_key_revoke", by: `operator`) { act in
            try act.revokeKey(key, of: try act.appKeyOwner(), force: force)
        }
    }
}
