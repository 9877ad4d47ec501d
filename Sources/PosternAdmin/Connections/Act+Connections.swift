internal import PosternConfig
internal import PosternCore

extension Act {
    mutating func revokeConnection(_ id: String, ofUser user: String?) throws -> StoredConnection {
        let connection = try store.existingConnection(id)
        guard user == nil || connection.userID == user else {
            throw AdministrationError.notFound(kind: "connection", name: TextRules.shown(id))
        }
        record.user = try store.user(id: connection.userID)?.subject
        record.provider = connection.provider
        guard connection.status != .revoked else { return connection }
        return try end(connection)
    }

    /// Ends a connection: its tokens are forgotten, every grant of it ends, and its provider will be told.
    mutating func end(_ connection: StoredConnection) throws -> StoredConnection {
        let secret = try store.existingSecret(connection.secretID)
        let tokens = try store.versions(ofSecret: secret.id).first { $0.retiredAt == nil }?.values ?? [:]
        // The one that renews stands for both: with it the provider ends what it gave. RFC 7009 section 2.1.
        let token = tokens[StoredConnection.refreshToken] ?? tokens[StoredConnection.accessToken]
        // Without its provider there is nobody to tell.
        if let token, let provider = try? provider(connection.provider), let oauth = OAuthProvider(provider) {
            forgotten.append(ForgottenToken(provider: oauth, token: token))
        }
        let (ended, grants) = try forget(connection)
        record.secret = secret.name
        record.detail = "connection \(connection.id), with \(grants.count) grants"
        return ended
    }

    /// Forgets the tokens of a connection and ends every grant of it, of which nobody is told.
    mutating func forget(_ connection: StoredConnection) throws -> (StoredConnection, grants: [String]) {
        var secret = try store.existingSecret(connection.secretID)
        try store.forgetVersions(ofSecret: secret.id)
        let grants = try endGrants(ofSecret: secret.id)
        secret.revokedAt = now
        _ = try replace(secret)
        impact.users.insert(connection.userID)
        return (try update(connection) { $0.status = .revoked }, grants)
    }

    /// Notes that a provider does not renew a connection any more, unless its tokens were replaced meanwhile.
    mutating func breakConnection(secret id: String, after version: Int, _ code: String) throws -> Bool {
        guard let (connection, secret) = try connection(secret: id, at: version) else { return false }
        record.detail = "connection \(connection.id): the provider answered \(TextRules.shown(code))"
        _ = try update(connection) { $0.status = .broken }
        impact.secrets.insert(secret.id)
        return true
    }

    /// Keeps what a renewal has brought, unless the connection's tokens were replaced or forgotten meanwhile.
    mutating func renewConnection(secret id: String, after version: Int, _ tokens: OAuthTokens) throws -> Bool {
        guard let (connection, secret) = try connection(secret: id, at: version) else {
            try discard(tokens, secret: id)
            return false
        }
        let provider = try provider(connection.provider)
        try check(tokens, for: provider)
        let former = try store.currentVersion(of: secret).values[StoredConnection.refreshToken]
        _ = try replaceTokens(tokens.values(former: former), of: secret)
        let endsAt = end(of: tokens)
        // Its scopes stay those to which the user has consented: by them it is told from others.
        _ = try update(connection) { $0.tokenEndsAt = endsAt }
        record.detail = "connection \(connection.id), version \(version + 1)"
        return true
    }

    /// The connection behind a secret, if it is in use and its tokens are of this version.
    private mutating func connection(
        secret id: String,
        at version: Int
    ) throws -> (StoredConnection, StoredSecret)? {
        guard let connection = try store.connection(secretID: id) else {
            throw AdministrationError.notFound(kind: "connection", name: TextRules.shown(id))
        }
        let secret = try secret(id)
        record.user = try store.user(id: connection.userID)?.subject
        guard connection.status == .active, try store.currentVersion(of: secret).number == version else {
            // Nothing changes, so there is nothing to record.
            parts = []
            return nil
        }
        return (connection, secret)
    }

    /// Has the provider told of tokens that came for a connection which was revoked meanwhile.
    private mutating func discard(_ tokens: OAuthTokens, secret id: String) throws {
        guard let connection = try store.connection(secretID: id), connection.status == .revoked,
            let provider = OAuthProvider(try provider(connection.provider))
        else { return }
        forgotten.append(ForgottenToken(provider: provider, token: tokens.refreshToken ?? tokens.accessToken))
    }

    private func update(
        _ connection: StoredConnection,
        _ change: (inout StoredConnection) -> Void
    ) throws -> StoredConnection {
        var connection = connection
        change(&connection)
        connection.updatedAt = now
        try store.update(connection)
        return connection
    }
}

extension StoreReader {
    /// The connection of this id.
    func existingConnection(_ id: String) throws -> StoredConnection {
        guard Identifier.isOne(id), let connection = try connection(id: id) else {
            throw AdministrationError.notFound(kind: "connection", name: TextRules.shown(id))
        }
        return connection
    }

    /// A connection with what there is to say of it.
    func describe(_ connection: StoredConnection) throws -> DescribedConnection {
        var filter = GrantFilter()
        filter.secretID = connection.secretID
        let grants = try grants(filter, Page())
        return DescribedConnection(
            connection: connection,
            userSubject: try user(id: connection.userID)?.subject ?? connection.userID,
            grants: try describe(grants.filter { $0.parentID == nil } + grants.filter { $0.parentID != nil })
        )
    }
}
