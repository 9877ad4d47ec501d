internal import PosternCore

/// What it takes to renew the tokens of a connection.
struct HeldTokens: Sendable {
    let version: Int
    /// Whether the connection is neither broken nor revoked.
    let isActive: Bool
    let refreshToken: Secret?
    /// `nil` if no accounts are connected there any more.
    let provider: OAuthProvider?
}

extension Administration {
    /// The tokens behind a secret as the store has them.
    func heldTokens(of secretID: String) async throws(AdministrationError) -> HeldTokens {
        try await read { [declared] store in
            let secret = try store.existingSecret(secretID)
            guard let connection = try store.connection(secretID: secret.id) else {
                throw AdministrationError.notFound(kind: "connection", name: TextRules.shown(secretID))
            }
            guard connection.status != .revoked else {
                return HeldTokens(version: 0, isActive: false, refreshToken: nil, provider: nil)
            }
            let current = try store.currentVersion(of: secret)
            return HeldTokens(
                version: current.number,
                isActive: connection.status == .active,
                refreshToken: current.values[StoredConnection.refreshToken],
                provider: OAuthProvider(try declared.provider(named: connection.provider, or: store))
            )
        }
    }

    /// Keeps what a renewal has brought; returns whether it was kept, which is not so where it is not needed any more.
    @discardableResult
    func renewConnection(
        secret id: String,
        after version: Int,
        _ tokens: OAuthTokens
    ) async throws(AdministrationError) -> Bool {
        try await act("connection_renew", by: .daemon) { act in
            try act.renewConnection(secret: id, after: version, tokens)
        }
    }

    /// Notes that a provider does not renew a connection any more; returns whether that holds.
    func breakConnection(
        secret id: String,
        after version: Int,
        _ code: String
    ) async throws(AdministrationError) -> Bool {
        try await act("connection_break", by: .daemon) { act in
            try act.breakConnection(secret: id, after: version, code)
        }
    }
}
