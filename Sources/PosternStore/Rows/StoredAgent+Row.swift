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
        ]
    }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let name = try columns.text()
        let displayName = try columns.optionalText()
        guard let status = Status(rawValue: try columns.text()) else { throw columns.damage }
        self.init(
            id: id,
            name: name,
            displayName: displayName,
            status: status,
            parentID: try columns.optionalText(),
            scopes: try columns.text(),
            limits: Limits(
                requestsPerMinute: try columns.optionalNumber().map { Int($0) },
                concurrentRequests: try columns.optionalNumber().map { Int($0) }
            ),
            policy: try columns.optionalText(),
            metadata: try columns.text(),
            version: Int(try columns.number()),
            createdAt: try columns.number(),
            updatedAt: try columns.number()
        )
    }
}
