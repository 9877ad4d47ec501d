internal import GRDB
internal import PosternCore

extension Transaction: StoreReader {
    func app() throws -> StoredApp {
        let apps: [StoredApp] = try rows(.apps)
        guard let app = apps.first, apps.count == 1 else { throw StoreError.corrupt(reason: "it has no app") }
        return app
    }

    // MARK: Agents

    func agent(id: String) throws -> StoredAgent? { try row(.agents, "id", id) }

    func agent(named name: String) throws -> StoredAgent? {
        try row(.agents, "name", name, where: "status <> 'revoked'")
    }

    func agents(includingRevoked: Bool, _ page: Page) throws -> [StoredAgent] {
        try rows(.agents, where: includingRevoked ? "1" : "status <> 'revoked'", [], page)
    }

    func agentCount(includingRevoked: Bool) throws -> Int {
        try count(.agents, where: includingRevoked ? "1" : "status <> 'revoked'")
    }

    func agents(below parentID: String) throws -> [StoredAgent] {
        try rows(.agents, where: "parent_id = ?", [parentID])
    }

    func agents(withScopesDueAt now: Int64) throws -> [StoredAgent] {
        try rows(.agents, where: "scopes_apply_at <= ? AND status <> 'revoked'", [now])
    }

    // MARK: Keys

    func key(id: String) throws -> StoredKey? {
        if let key = try row(.agentKeys, "id", id, as: StoredKey.self) { return key }
        return try row(.appKeys, "id", id)
    }

    func keys(of owner: StoredKey.Owner) throws -> [StoredKey] {
        try rows(owner.table, where: "\(owner.table.columns[1]) = ?", [owner.id])
    }

    func agentKeys() throws -> [StoredKey] { try rows(.agentKeys) }

    func appKeys() throws -> [StoredKey] { try rows(.appKeys) }

    func key(digest: KeyDigest) throws -> StoredKey? {
        if let key = try row(.agentKeys, "digest", digest.databaseValue, as: StoredKey.self) { return key }
        return try row(.appKeys, "digest", digest.databaseValue)
    }

    func keys(derivedFrom parentID: String) throws -> [StoredKey] {
        try [Table.agentKeys, .appKeys].flatMap { try rows($0, where: "parent_id = ?", [parentID]) }
    }

    // MARK: Providers

    func provider(named name: String) throws -> StoredProvider? { try row(.providers, "name", name) }

    func providers() throws -> [StoredProvider] { try rows(.providers) }

    // MARK: Secrets

    func secret(id: String) throws -> StoredSecret? { try row(.secrets, "id", id) }

    func secret(named name: String) throws -> StoredSecret? {
        try row(.secrets, "name", name, where: "revoked_at IS NULL")
    }

    func secrets(includingRevoked: Bool) throws -> [StoredSecret] {
        try rows(.secrets, where: includingRevoked ? "1" : "revoked_at IS NULL")
    }

    func versions(ofSecret secretID: String) throws -> [StoredSecretVersion] {
        guard let secret = try secret(id: secretID) else { return [] }
        return try versionRows(ofSecret: secretID).map { try $0.opened(of: secret, values) }
            .sorted { $0.number > $1.number }
    }

    func versionRows(ofSecret secretID: String) throws -> [VersionRow] {
        try rows(.secretVersions, where: "secret_id = ?", [secretID])
    }

    // MARK: Grants

    func grant(id: String) throws -> StoredGrant? { try row(.grants, "id", id) }

    func grants(_ filter: GrantFilter, _ page: Page) throws -> [StoredGrant] {
        try rows(.grants, where: filter.condition, filter.arguments, page)
    }

    func grantCount(_ filter: GrantFilter) throws -> Int {
        try count(.grants, where: filter.condition, filter.arguments)
    }

    func uses(ofGrant id: String) throws -> Int { try row(.uses, "grant_id", id, as: UsesRow.self)?.count ?? 0 }

    // MARK: Users

    func user(id: String) throws -> StoredUser? { try withGroups(try row(.users, "id", id)) }

    func user(subject: String) throws -> StoredUser? { try withGroups(try row(.users, "subject", subject)) }

    func users() throws -> [StoredUser] {
        let groups = Dictionary(grouping: try rows(.userGroups, as: GroupRow.self), by: \.userID)
        return try rows(.users, as: StoredUser.self).map { user in
            var user = user
            user.groups = groups[user.id, default: []].map(\.name)
            return user
        }
    }

    func groupRows(ofUser id: String) throws -> [GroupRow] { try rows(.userGroups, where: "user_id = ?", [id]) }

    private func withGroups(_ user: StoredUser?) throws -> StoredUser? {
        guard var user else { return nil }
        user.groups = try groupRows(ofUser: user.id).map(\.name)
        return user
    }

    func count(
        _ table: Table,
        where condition: String,
        _ arguments: StatementArguments = []
    ) throws -> Int {
        let statement = try database.cachedStatement(sql: "SELECT COUNT(*) FROM \(table.name) WHERE \(condition)")
        return try Int.fetchOne(statement, arguments: arguments) ?? 0
    }
}

extension GrantFilter {
    fileprivate var condition: String {
        var conditions: [String] = []
        switch principal {
        case nil: break
        case .agent: conditions.append("agent_id = ?")
        case .user: conditions.append("user_id = ?")
        case .group: conditions.append("group_name = ?")
        case .system: conditions.append("principal = 'system'")
        }
        if secretID != nil { conditions.append("secret_id = ?") }
        if parentID != nil { conditions.append("parent_id = ?") }
        if !includesRevoked { conditions.append("revoked_at IS NULL") }
        return conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
    }

    fileprivate var arguments: StatementArguments {
        let columns = principal?.columns
        return StatementArguments(
            [columns?.agentID, columns?.userID, columns?.groupName, secretID, parentID].compactMap { $0 }
        )
    }
}
