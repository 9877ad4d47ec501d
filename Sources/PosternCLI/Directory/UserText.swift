package import PosternControl

/// Users, for people.
package enum UserText {
    /// A line for each.
    package static func table(_ users: [UserAnswer]) -> Table {
        Table(
            ["SUBJECT", "NAME", "GROUPS", "STATUS", "ADDED"],
            users.map { user in
                [
                    Table.Cell(user.subject),
                    Table.Cell(user.displayName),
                    Table.Cell(user.groups.isEmpty ? nil : user.groups.joined(separator: " ")),
                    Table.Cell(status(user), .status(status(user))),
                    Table.Cell(When(user.createdAt)?.short),
                ]
            }
        )
    }

    /// All of one.
    package static func facts(_ user: UserAnswer) -> Facts {
        var facts = Facts()
        facts.add("subject", user.subject)
        facts.add("name", user.displayName)
        facts.add("id", user.id)
        facts.add("groups", user.groups)
        facts.add("status", status(user), .status(status(user)))
        facts.add("added", When(user.createdAt)?.long)
        return facts
    }

    private static func status(_ user: UserAnswer) -> String { user.suspended ? "suspended" : "active" }
}
