package import PosternCore

extension Administration {
    /// The providers that the operator has defined in the store.
    package func providers() async throws(AdministrationError) -> [StoredProvider] {
        try await read { try $0.providers() }
    }

    /// One provider of the store.
    package func provider(_ name: String) async throws(AdministrationError) -> StoredProvider {
        try await read { try $0.existingProvider(name) }
    }

    /// Defines a provider, or changes what was defined of it, by a JSON object with the keys of a provider in the
    /// configuration file.
    ///
    /// The secrets that exist must go on to fit it. They are still sent only to the hosts that it had when they were
    /// stored or rotated.
    package func defineProvider(
        _ name: String,
        definition: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredProvider {
        try await act("provider_define", by: `operator`) { try $0.defineProvider(name, definition) }
    }

    /// Removes a provider that no secret uses.
    package func removeProvider(_ name: String, by operator: Operator) async throws(AdministrationError) {
        try await act("provider_remove", by: `operator`) { try $0.removeProvider(name) }
    }
}
