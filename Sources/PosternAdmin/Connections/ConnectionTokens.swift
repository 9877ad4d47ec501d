internal import PosternCore

extension StoredConnection {
    /// The names under which a secret's values hold the tokens.
    static let accessToken = "secret"
    static let refreshToken = "refresh_token"
    /// What stands for an account that nobody names; the index of the store knows it, too.
    static let unknownAccount = "(unknown)"

    /// Scopes as a connection has them: the same set is always the same list.
    static func kept(_ scopes: [String]) -> [String] { Set(scopes).sorted() }
}

/// How long replaced tokens are kept, so that they are still masked in answers to what was sent with them.
let keptTokens = Duration.seconds(60)

extension OAuthTokens {
    /// The values of the secret that holds them; without a refresh token, `former` stays.
    func values(former: Secret? = nil) -> [String: Secret] {
        var values = [StoredConnection.accessToken: accessToken]
        values[StoredConnection.refreshToken] = refreshToken ?? former
        return values
    }

    /// What was granted: what the provider says, as far as it makes sense, or else what was asked for.
    func scopes(asked: [String]) -> [String] {
        guard let scopes else { return asked }
        return Array(scopes.lazy.filter(Scope.isOne).prefix(Scope.maxCount))
    }
}

extension OAuthProvider {
    /// The provider as one at which accounts are connected; `nil` if none can be.
    init?(_ provider: Provider) {
        guard let settings = provider.oauth else { return nil }
        self.init(name: provider.name, settings: settings, network: provider.network)
    }
}

extension Act {
    /// When tokens end that came just now; `nil` if nobody said, or it is beyond all reason.
    func end(of tokens: OAuthTokens) -> Int64? {
        tokens.lifetime.flatMap { $0 > .zero ? time(after: $0) : now }
    }

    /// The secret of a connection that is to be made.
    func secret(for provider: Provider) throws -> StoredSecret {
        let id = Identifier.random()
        return StoredSecret(
            id: id,
            kind: .connection,
            name: "connection-\(id)",
            provider: provider.name,
            hosts: provider.hosts.map(\.kept),
            createdAt: now,
            updatedAt: now
        )
    }

    /// Refuses tokens that could not be written into a request to the provider.
    func check(_ tokens: OAuthTokens, for provider: Provider) throws(AdministrationError) {
        try check([StoredConnection.accessToken: tokens.accessToken], [:], for: provider)
        do throws(DirectoryError) {
            let credential = Credential(name: "it", provider: provider.name, secrets: tokens.values(), inputs: [:])
            _ = try CompiledCredential(credential, for: provider)
        } catch { throw .invalid(member: "values", reason: "\(error)") }
    }

    /// Puts tokens in the place of those that a secret holds, which are masked for a while; returns its row.
    mutating func replaceTokens(_ values: [String: Secret], of secret: StoredSecret) throws -> StoredSecret {
        guard let forgetAt = time(after: keptTokens) else {
            throw StoreError.unavailable(reason: "the clock is beyond all reason")
        }
        let kept = try store.versions(ofSecret: secret.id)
        for version in kept where version.retiredAt == nil { try retire(version, forgetAt: forgetAt) }
        let secret = try replace(secret)
        try store.insert(version((kept.map(\.number).max() ?? 0) + 1, of: secret, values))
        impact.secrets.formUnion(try store.forgetVersions(dueAt: now))
        return secret
    }
}
