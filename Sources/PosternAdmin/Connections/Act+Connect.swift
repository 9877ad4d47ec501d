internal import PosternConfig
internal import PosternCore

/// What a provider gave for a code.
struct ArrivedAccount {
    let tokens: OAuthTokens
    let account: OAuthAccount?

    /// What tells the account from others of the user, if the provider says it.
    var identifier: String { account?.identifier ?? StoredConnection.unknownAccount }
}

extension Act {
    /// Keeps an account that a user has just connected: its tokens, the connection, the user's grant, and the agent's.
    mutating func connect(page: String, _ providerName: String, _ arrived: ArrivedAccount) throws -> ConnectSession {
        var session = try connectSession(page: page)
        let choice = try session.openChoice(providerName, at: now)
        let user = try activeUser(id: session.stored.userID)
        let agent = try store.activeAgent(of: session.stored)
        let provider = try provider(providerName)
        record.provider = provider.name
        try check(arrived.tokens, for: provider)
        let scopes = arrived.tokens.scopes(asked: choice.scopes)
        try checkAccount(arrived.account)
        let former = try formerConnection(of: user, at: provider, arrived, scopes, session.request)
        let (connection, secret) =
            try former.map { try reconnect($0, at: provider, arrived) }
            ?? insertConnection(of: user, at: provider, arrived, scopes)
        record.secret = secret.name
        var parts = [record]
        parts[0].detail = "connection \(connection.id), \(former == nil ? "new" : "its tokens replaced")"
        let root = try rootGrant(of: secret, for: user, session.request, limited: agent == nil)
        parts[0].grant = root.id
        let delegation = try agent.map { try delegate(root, of: secret, to: $0, session.request) }
        let replaced = try endOthers(of: connection, for: agent)
        if !replaced.isEmpty { parts[0].detail? += ", in place of \(replaced.joined(separator: ", "))" }
        // One that was there already is confirmed, not made.
        if let delegation, delegation.createdAt == now { parts.append(delegationRecord(of: delegation, secret)) }
        self.parts = parts
        session.record.forget(provider.name)
        session.record.connected.append(
            ConnectedGrant(
                grant: root.id,
                provider: provider.name,
                account: arrived.account?.identifier,
                scopes: scopes,
                operation: former == nil ? .creation : .reauth,
                delegation: delegation.map { grant in
                    ConnectedDelegation(grant: grant.id, agentID: agent?.id ?? "", isDelegable: grant.isDelegable)
                }
            )
        )
        impact.users.insert(user.id)
        impact.secrets.insert(secret.id)
        return try settle(session)
    }

    private func checkAccount(_ account: OAuthAccount?) throws(AdministrationError) {
        guard let account else { return }
        try TextRules.check(account.identifier, "account", maxBytes: 512)
        try TextRules.check(account.displayName, "account", maxBytes: 512)
    }

    private mutating func insertConnection(
        of user: StoredUser,
        at provider: Provider,
        _ arrived: ArrivedAccount,
        _ scopes: [String]
    ) throws -> (StoredConnection, StoredSecret) {
        let secret = try secret(for: provider)
        try store.insert(secret)
        try store.insert(version(1, of: secret, arrived.tokens.values()))
        let connection = StoredConnection(
            id: Identifier.random(),
            userID: user.id,
            provider: provider.name,
            account: arrived.identifier,
            accountDisplayName: arrived.account?.displayName,
            scopes: StoredConnection.kept(scopes),
            secretID: secret.id,
            tokenEndsAt: end(of: arrived.tokens),
            createdAt: now,
            updatedAt: now
        )
        try store.insert(connection)
        return (connection, secret)
    }

    /// Puts new tokens in place of those of an account that is connected already, with the same scopes.
    private mutating func reconnect(
        _ former: StoredConnection,
        at provider: Provider,
        _ arrived: ArrivedAccount
    ) throws -> (StoredConnection, StoredSecret) {
        var secret = try store.existingSecret(former.secretID)
        // As with a rotation: the user has just consented to where the provider lives now.
        secret.hosts = provider.hosts.map(\.kept)
        var connection = former
        connection.accountDisplayName = arrived.account?.displayName ?? former.accountDisplayName
        connection.status = .active
        connection.tokenEndsAt = end(of: arrived.tokens)
        connection.updatedAt = now
        try store.update(connection)
        return (connection, try replaceTokens(arrived.tokens.values(), of: secret))
    }
}
