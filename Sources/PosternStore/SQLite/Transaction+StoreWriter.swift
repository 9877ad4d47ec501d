internal import GRDB
internal import PosternCore

extension Transaction: StoreWriter {
    func insert(_ agent: StoredAgent) throws { try insert(row: agent) }

    func update(_ agent: StoredAgent) throws { try update(row: agent) }

    func insert(_ key: StoredKey) throws { try insert(row: key) }

    func update(_ key: StoredKey) throws { try update(row: key) }

    func insert(_ provider: StoredProvider) throws { try insert(row: provider) }

    func update(_ provider: StoredProvider) throws { try update(row: provider) }

    func deleteProvider(named name: String) throws { try delete(name, from: .providers) }

    // MARK: Secrets

    func insert(_ secret: StoredSecret) throws { try insert(row: secret) }

    func update(_ secret: StoredSecret) throws {
        if let old = try self.secret(id: secret.id), old.hosts != secret.hosts {
            for row in try versionRows(ofSecret: secret.id) {
                let version = try row.opened(of: old, values)
                try update(row: try VersionRow(version, of: secret, values))
            }
        }
        try update(row: secret)
    }

    func insert(_ version: StoredSecretVersion) throws {
        guard let secret = try secret(id: version.secretID) else {
            throw StoreError.conflict(table: Table.secretVersions.name)
        }
        try insert(row: try VersionRow(version, of: secret, values))
    }

    func update(_ version: StoredSecretVersion) throws {
        guard var row = try row(.secretVersions, "id", version.id, as: VersionRow.self) else {
            throw StoreError.conflict(table: Table.secretVersions.name)
        }
        row.retiredAt = version.retiredAt
        row.forgetAt = version.forgetAt
        try update(row: row)
    }

    func forgetVersions(dueAt now: Int64) throws -> [String] {
        let due: [VersionRow] = try rows(.secretVersions, where: "forget_at <= ?", [now])
        try forget(due)
        return Set(due.map(\.secretID)).sorted()
    }

    func forgetVersions(ofSecret secretID: String) throws { try forget(try versionRows(ofSecret: secretID)) }

    // MARK: Grants

    func insert(_ grant: StoredGrant) throws {
        try insert(row: grant)
        if grant.maxUses != nil { try insert(row: UsesRow(grantID: grant.id)) }
    }

    func update(_ grant: StoredGrant) throws { try update(row: grant) }

    // MARK: Users

    func insert(_ user: StoredUser) throws {
        try insert(row: user)
        for name in user.groups { try insert(row: GroupRow(userID: user.id, name: name)) }
    }

    func update(_ user: StoredUser) throws {
        try update(row: user)
        let rows = try groupRows(ofUser: user.id)
        guard rows.map(\.name) != user.groups else { return }
        for row in rows { try delete(row.id, from: .userGroups) }
        for name in user.groups { try insert(row: GroupRow(userID: user.id, name: name)) }
    }

    func deleteUser(id: String) throws {
        var filter = GrantFilter()
        filter.principal = .user(id: id)
        guard try grantCount(filter) == 0, try connections(ofUser: id, includingRevoked: false).isEmpty else {
            throw StoreError.conflict(table: Table.users.name)
        }
        try deleteRows(.connectSessions, where: "user_id = ?", [id], as: StoredConnectSession.self)
        for row in try groupRows(ofUser: id) { try delete(row.id, from: .userGroups) }
        try delete(id, from: .users)
    }

    private func forget(_ rows: [VersionRow]) throws {
        for row in rows { try delete(row.id, from: .secretVersions) }
        if !rows.isEmpty { hasForgotten = true }
    }
}
