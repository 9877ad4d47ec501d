package import PosternControl

/// Users' connected accounts, for people.
package enum ConnectionText {
    /// A line for each.
    package static func table(_ connections: [ConnectionAnswer]) -> Table {
        Table(
            ["ID", "USER", "PROVIDER", "ACCOUNT", "STATUS", "AGENTS", "CONNECTED"],
            connections.map { connection in
                [
                    Table.Cell(connection.id),
                    Table.Cell(connection.user),
                    Table.Cell(connection.provider),
                    Table.Cell(connection.account),
                    Table.Cell(connection.status, .status(connection.status)),
                    Table.Cell(agents(connection)),
                    Table.Cell(When(connection.createdAt)?.short),
                ]
            }
        )
    }

    /// All of one.
    package static func facts(_ connection: ConnectionAnswer) -> Facts {
        var facts = Facts()
        facts.add("id", connection.id)
        facts.add("user", connection.user)
        facts.add("provider", connection.provider)
        facts.add("account", connection.account)
        facts.add("name", connection.accountDisplayName)
        facts.add("status", connection.status, .status(connection.status))
        facts.add("scopes", connection.scopes)
        facts.add("connected", When(connection.createdAt)?.long)
        facts.add("token ends", When(connection.tokenEndsAt)?.long)
        for grant in connection.grants {
            facts.add("grant", "\(grant.id), \(GrantText.principal(grant)), \(grant.status)")
        }
        return facts
    }

    /// The agents to which it is delegated.
    private static func agents(_ connection: ConnectionAnswer) -> String? {
        let names = connection.grants.filter { $0.principal.type == "agent" && $0.status == "active" }
            .compactMap(\.principal.name)
        return names.isEmpty ? nil : names.joined(separator: " ")
    }
}
