package import PosternCore

extension Administration {
    /// The operator's namespace.
    package func app() async throws(AdministrationError) -> StoredApp { try await read { try $0.app() } }

    /// Wraps the key that seals the store with another master key.
    package func rekeyStore(to masterKey: MasterKey, by operator: Operator) async throws(AdministrationError) {
        try await rekeyStore(by: `operator`) { [store] in try store.rekey(to: masterKey) }
    }

    /// Rekeys the store in a way that only its opener knows, such as with a new file in place of the old one.
    package func rekeyStore(
        by operator: Operator,
        using rekey: @escaping @Sendable () throws -> Void
    ) async throws(AdministrationError) {
        try await settle { try self.recorded("store_rekey", by: `operator`, rekey) }
    }

    /// Looks for damage in the store; returns what was found, one line each.
    package func checkStore() async throws(AdministrationError) -> [String] {
        try await settle { [store] in try store.check() }
    }
}
