internal import PosternCore

/// What the compiler of the store needs to know of a connection.
struct ConnectionFacts {
    let connection: StoredConnection
    let life: CredentialLife
}

extension StoreReader {
    /// The connection behind a secret, of which `versions` are known already; `nil` for a secret that is none's.
    func connectionFacts(
        of secret: StoredSecret,
        _ versions: [StoredSecretVersion],
        at provider: Provider
    ) throws -> ConnectionFacts? {
        guard secret.kind == .connection, let connection = try connection(secretID: secret.id) else { return nil }
        let current = versions.first { $0.retiredAt == nil }
        return ConnectionFacts(
            connection: connection,
            life: CredentialLife(
                version: current?.number ?? 0,
                endsAt: connection.tokenEndsAt.map { $0 / 1_000_000_000 },
                isRenewable: connection.status == .active && provider.oauth != nil
                    && current?.values[StoredConnection.refreshToken] != nil
            )
        )
    }
}

extension StoredConnection {
    /// The names under which a secret's values hold the tokens.
    static let accessToken = "secret"
    static let refreshToken = "refresh_token"
}
