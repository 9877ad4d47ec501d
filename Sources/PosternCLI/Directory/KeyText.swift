package import PosternControl

/// Keys, for people: never more of them than the beginning.
package enum KeyText {
    /// A line for each.
    package static func table(_ keys: [KeyAnswer]) -> Table {
        Table(
            ["NAME", "BEGINS", "STATUS", "SCOPES", "CREATED", "EXPIRES", "LAST USED"],
            keys.map { key in
                [
                    Table.Cell(key.name),
                    Table.Cell(key.prefix),
                    Table.Cell(key.status, .status(key.status)),
                    Table.Cell(key.scopes.map { $0.isEmpty ? "none" : $0.joined(separator: " ") } ?? "all"),
                    Table.Cell(When(key.createdAt)?.short),
                    Table.Cell(When(key.expiresAt)?.short),
                    Table.Cell(When(key.lastUsedAt)?.short ?? "never"),
                ]
            }
        )
    }
}
