internal import GRDB
internal import PosternCore

extension StoredSecret: StoredRow {
    var table: Table { .secrets }

    var values: [DatabaseValue] {
        [
            id.databaseValue, name.databaseValue, provider.databaseValue,
            hosts.joined(separator: "\n").databaseValue, inputs.databaseValue, allowsSelfBind.databaseValue,
            version.databaseValue, createdAt.databaseValue, updatedAt.databaseValue, revokedAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        self.init(
            id: try columns.text(),
            name: try columns.text(),
            provider: try columns.text(),
            hosts: try columns.text().split(separator: "\n").map { String($0) },
            inputs: try columns.text(),
            allowsSelfBind: try columns.flag(),
            version: Int(try columns.number()),
            createdAt: try columns.number(),
            updatedAt: try columns.number(),
            revokedAt: try columns.optionalNumber()
        )
    }

    /// Whether its hosts can be told apart where they are kept, one a line.
    var hasStorableHosts: Bool { hosts.allSatisfy { !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "\n")) } }
}
