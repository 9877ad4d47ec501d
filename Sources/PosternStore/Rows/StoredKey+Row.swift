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
            id.databaseValue, owner.id.databaseValue, name.databaseValue, prefix.databaseValue, digest.databaseValue,
            createdAt.databaseValue, expiresAt.databaseValue, deprecatedAt.databaseValue, revokedAt.databaseValue,
            lastUsedAt.databaseValue, scopes?.lines ?? .null, parentID.databaseValue, networks?.lines ?? .null,
            requestsPerMinute.databaseValue, successorID.databaseValue, rotatedUntil.databaseValue,
            (end?.rawValue).databaseValue,
        ]
    }

    var lists: [[String]] { [scopes ?? [], networks ?? []] }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let ownerID = try columns.text()
        let owner: Owner = columns.table.name == Table.appKeys.name ? .app(id: ownerID) : .agent(id: ownerID)
        let name = try columns.text()
        let prefix = try columns.text()
        let digest = try columns.digest()
        let createdAt = try columns.number()
        let expiresAt = try columns.optionalNumber()
        let deprecatedAt = try columns.optionalNumber()
        let revokedAt = try columns.optionalNumber()
        let lastUsedAt = try columns.optionalNumber()
        self.init(
            id: id,
            owner: owner,
            name: name,
            prefix: prefix,
            digest: digest,
            createdAt: createdAt,
            expiresAt: expiresAt,
            scopes: try columns.optionalLines(),
            parentID: try columns.optionalText(),
            networks: try columns.optionalLines(),
            requestsPerMinute: try columns.optionalNumber().map { Int($0) },
            successorID: try columns.optionalText(),
            rotatedUntil: try columns.optionalNumber(),
            deprecatedAt: deprecatedAt,
            revokedAt: revokedAt,
            end: try columns.optionalChoice(),
            lastUsedAt: lastUsedAt
        )
    }
}

extension KeyDigest {
    var databaseValue: DatabaseValue { Data(bytes).databaseValue }
}
