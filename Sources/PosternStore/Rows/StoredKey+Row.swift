internal import FoundationEssentials
internal import GRDB
internal import PosternCore

extension StoredKey.Owner {
    /// The table of its keys.
    var table: Table {
        switch self {
        case .agent: .agentKeys
        case .app: .appKeys
        }
    }

    var id: String {
        switch self {
        case .agent(let id), .app(let id): id
        }
    }
}

extension StoredKey: StoredRow {
    var table: Table { owner.table }

    var values: [DatabaseValue] {
        [
            id.databaseValue, owner.id.databaseValue, name.databaseValue, prefix.databaseValue,
            Data(digest.bytes).databaseValue, createdAt.databaseValue, expiresAt.databaseValue,
            deprecatedAt.databaseValue, revokedAt.databaseValue, lastUsedAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let ownerID = try columns.text()
        let owner: Owner = columns.table.name == Table.appKeys.name ? .app(id: ownerID) : .agent(id: ownerID)
        let name = try columns.text()
        let prefix = try columns.text()
        guard let digest = KeyDigest(bytes: Array(try columns.bytes())) else { throw columns.damage }
        self.init(
            id: id,
            owner: owner,
            name: name,
            prefix: prefix,
            digest: digest,
            createdAt: try columns.number(),
            expiresAt: try columns.optionalNumber(),
            deprecatedAt: try columns.optionalNumber(),
            revokedAt: try columns.optionalNumber(),
            lastUsedAt: try columns.optionalNumber()
        )
    }
}
