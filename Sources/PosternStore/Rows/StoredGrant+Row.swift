internal import GRDB
internal import PosternCore

extension StoredGrant: StoredRow {
    var table: Table { .grants }

    var values: [DatabaseValue] {
        let principal = principal.columns
        return [
            id.databaseValue, principal.kind.databaseValue, principal.agentID.databaseValue,
            principal.userID.databaseValue, principal.groupName.databaseValue, secretID.databaseValue,
            parentID.databaseValue, isDelegable.databaseValue, label.databaseValue, terms.databaseValue,
            maxUses.databaseValue, createdAt.databaseValue, expiresAt.databaseValue, revokedAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let principal = try Principal(&columns)
        self.init(
            id: id,
            principal: principal,
            secretID: try columns.text(),
            parentID: try columns.optionalText(),
            isDelegable: try columns.flag(),
            label: try columns.optionalText(),
            terms: try columns.text(),
            maxUses: try columns.optionalNumber().map { Int($0) },
            createdAt: try columns.number(),
            expiresAt: try columns.optionalNumber(),
            revokedAt: try columns.optionalNumber()
        )
    }
}

extension StoredGrant.Principal {
    /// What stands in the columns `principal`, `agent_id`, `user_id` and `group_name`.
    var columns: (kind: String, agentID: String?, userID: String?, groupName: String?) {
        switch self {
        case .agent(let id): ("agent", id, nil, nil)
        case .user(let id): ("user", nil, id, nil)
        case .group(let name): ("group", nil, nil, name)
        case .system: ("system", nil, nil, nil)
        }
    }

    fileprivate init(_ columns: inout Columns) throws {
        let kind = try columns.text()
        let agentID = try columns.optionalText()
        let userID = try columns.optionalText()
        let groupName = try columns.optionalText()
        switch (kind, agentID, userID, groupName) {
        case ("agent", let id?, nil, nil): self = .agent(id: id)
        case ("user", nil, let id?, nil): self = .user(id: id)
        case ("group", nil, nil, let name?): self = .group(name: name)
        case ("system", nil, nil, nil): self = .system
        default: throw columns.damage
        }
    }
}
