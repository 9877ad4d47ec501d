internal import PosternConfig
internal import PosternCore

// Which connection a consent is about. Everybody whose grants are of one connection acts with the same tokens, so tokens are
// replaced only by such of the same user, account and scopes: a consent for one agent changes nothing for another one.

extension Act {
    /// The connection whose tokens those that have arrived replace; `nil` if they make another one.
    func formerConnection(
        of user: StoredUser,
        at provider: Provider,
        _ arrived: ArrivedAccount,
        _ scopes: [String],
        _ request: ConnectRequest
    ) throws -> StoredConnection? {
        if let repaired = try request.repairedGrant.map({ try repairedConnection($0, of: user.id) }),
            repaired.provider == provider.name
        {
            try check(repaired, isOf: arrived, scopes)
            return repaired
        }
        // Accounts that cannot be told apart are never taken for one another.
        guard arrived.identifier != StoredConnection.unknownAccount else { return nil }
        return try store.connections(ofUser: user.id, includingRevoked: false).first { connection in
            connection.provider == provider.name && connection.account == arrived.identifier
                && connection.scopes == StoredConnection.kept(scopes)
        }
    }

    /// The connection of a user's grant, which is to get new tokens.
    func repairedConnection(_ grantID: String, of userID: String) throws -> StoredConnection {
        guard Identifier.isOne(grantID), let grant = try store.grant(id: grantID), grant.revokedAt == nil,
            grant.parentID == nil, grant.principal == .user(id: userID),
            let connection = try store.connection(secretID: grant.secretID), connection.status != .revoked
        else { throw AdministrationError.notFound(kind: "grant", name: TextRules.shown(grantID)) }
        return connection
    }

    /// Ends what the holder had of the same account by other connections, since the last consent is the one that holds.
    ///
    /// The holder is the agent, or the application where there is none. What others have stays.
    ///
    /// - Returns: what ended, as it is recorded.
    mutating func endOthers(of connection: StoredConnection, for agent: StoredAgent?) throws -> [String] {
        guard connection.account != StoredConnection.unknownAccount else { return [] }
        let others = try store.connections(ofUser: connection.userID, includingRevoked: false).filter { other in
            other.id != connection.id && other.provider == connection.provider && other.account == connection.account
        }
        var ended: [String] = []
        for other in others {
            let roots = try rootGrants(ofSecret: other.secretID, user: connection.userID)
            if let agent {
                let delegations = try roots.flatMap { try store.grants(below: $0.id) }
                let own = delegations.filter { $0.principal == .agent(id: agent.id) }
                _ = try endGrants(own)
                ended += own.map { "grant \($0.id)" }
            } else if try !roots.contains(where: hasDelegations) {
                // The provider is not told: some would end what they have just given, too.
                _ = try forget(other)
                ended.append("connection \(other.id)")
            }
        }
        return ended
    }

    private func check(
        _ repaired: StoredConnection,
        isOf arrived: ArrivedAccount,
        _ scopes: [String]
    ) throws(AdministrationError) {
        guard repaired.account == arrived.identifier else {
            throw .conflict(
                code: "account_mismatch",
                reason: "this is another account than the one to be connected again"
            )
        }
        guard repaired.scopes == StoredConnection.kept(scopes) else {
            throw .conflict(
                code: "scope_mismatch",
                reason: "the scopes given are not those of the account that is connected",
                hint: "connect it without repair_grant_id"
            )
        }
    }
}
