package import PosternCore

/// The use cases of users' connections.
package struct Connections: Sendable {
    let administration: Administration
    let gateway: any OAuthGateway

    package init(_ administration: Administration, gateway: any OAuthGateway) {
        self.administration = administration
        self.gateway = gateway
    }

    /// The connections of a user, by subject or id, or of all, in the order of creation.
    package func list(
        ofUser user: String? = nil,
        includingRevoked: Bool = false
    ) async throws(AdministrationError) -> [DescribedConnection] { throw .store(.unavailable(reason: "not built")) }

    /// One connection, also one that is revoked.
    package func connection(_ id: String) async throws(AdministrationError) -> DescribedConnection {
        throw .store(.unavailable(reason: "not built"))
    }

    /// Ends a connection for ever: its tokens are forgotten, its grants end, and then the provider is told.
    ///
    /// One that is revoked already stays as it is. With `user`, the id of a user, another one's is not found.
    package func revoke(
        _ id: String,
        ofUser user: String? = nil,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredConnection { throw .store(.unavailable(reason: "not built")) }
}
