internal import GRDB
internal import PosternCore

extension StoredAgent: StoredRow {
    var table: Table { .agents }

    var values: [DatabaseValue] {
        [
            id.databaseValue, name.databaseValue, displayName.databaseValue, status.rawValue.databaseValue,
            parentID.databaseValue, scopes.databaseValue, limits.requestsPerMinute.databaseValue,
            limits.concurrentRequests.databaseValue, policy.databaseValue, metadata.databaseValue,
            version.databaseValue, createdAt.databaseValue, updatedAt.databaseValue,
            (kind == .agent ? nil : kind.rawValue).databaseValue, pendingScopes.databaseValue,
            scopesApplyAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let name = try columns.text()
        let displayName = try columns.optionalText()
        let status: Status = try columns.choice()
        let parentID = try columns.optionalText()
        let scopes = try columns.text()
        let limits = Limits(
            requestsPerMinute: try columns.optionalNumber().map { Int($0) },
            concurrentRequests: try columns.optionalNumber().map { Int($0) }
        )
        let policy = try columns.optionalText()
        let metadata = try columns.text()
        let version = Int(try columns.number())
        let createdAt = try columns.number()
        let updatedAt = try columns.number()
        self.init(
            id: id,
            name: name,
            kind: try columns.optionalChoice() ?? .agent,
            displayName: displayName,
            status: status,
            parentID: parentID,
            scopes: scopes,
            pendingScopes: try columns.optionalText(),
            scopesApplyAt: try columns.optionalNumber(),
            limits: limits,
            policy: policy,
            metadata: metadata,
            version: version,
            createdAt: createdAt,
            updatedAt: updatedAt
        )
    }
}
