internal import GRDB
internal import PosternCore

extension StoredSecret: StoredRow {
    var table: Table { .secrets }

    var values: [DatabaseValue] {
        [
            id.databaseValue, name.databaseValue, provider.databaseValue, hosts.lines, inputs.databaseValue,
            allowsSelfBind.databaseValue, version.databaseValue, createdAt.databaseValue, updatedAt.databaseValue,
            revokedAt.databaseValue, (kind == .managed ? nil : kind.rawValue).databaseValue,
            selfBinders?.lines ?? .null,
        ]
    }

    var lists: [[String]] { [hosts, selfBinders ?? []] }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let name = try columns.text()
        let provider = try columns.text()
        let hosts = try columns.lines()
        let inputs = try columns.text()
        let allowsSelfBind = try columns.flag()
        let version = Int(try columns.number())
        let createdAt = try columns.number()
        let updatedAt = try columns.number()
        let revokedAt = try columns.optionalNumber()
        self.init(
            id: id,
            kind: try columns.optionalChoice() ?? .managed,
            name: name,
            provider: provider,
            hosts: hosts,
            inputs: inputs,
            allowsSelfBind: allowsSelfBind,
            selfBinders: try columns.optionalLines(),
            version: version,
            createdAt: createdAt,
            updatedAt: updatedAt,
            revokedAt: revokedAt
        )
    }
}
