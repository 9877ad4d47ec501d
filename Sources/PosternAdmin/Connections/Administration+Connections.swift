package import PosternCore

// The use cases of users' connections.
extension Administration {
    /// The connections of a user, by subject or id, or of all, in the order of creation.
    package func connections(
        ofUser user: String? = nil,
        includingRevoked: Bool = false
    ) async throws(AdministrationError) -> [DescribedConnection] {
        try await read { store in
            let id = try user.map { try store.existingUser($0).id }
            return try store.connections(ofUser: id, includingRevoked: includingRevoked).map(store.describe)
        }
    }

    /// One connection, also one that is revoked.
    package func connection(_ id: String) async throws(AdministrationError) -> DescribedConnection {
        try await read { store in try store.describe(try store.existingConnection(id)) }
    }

    /// Ends a connection for ever: its tokens are forgotten, its grants end, and then the provider is told.
    ///
    /// One that is revoked already stays as it is. With `user`, the id of a user, another one's is not found.
    package func revokeConnection(
        _ id: String,
        ofUser user: String? = nil,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredConnection {
        try await act("connection_revoke", by: `operator`) { try $0.revokeConnection(id, ofUser: user) }
    }
}
