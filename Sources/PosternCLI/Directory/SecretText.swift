package import PosternControl

/// Managed secrets, for people: what is known of them, never a value.
package enum SecretText {
    /// A line for each.
    package static func table(_ secrets: [SecretAnswer]) -> Table {
        Table(
            ["NAME", "PROVIDER", "HOSTS", "ROTATED", "STATUS"],
            secrets.map { secret in
                let status = secret.revokedAt == nil ? "active" : "revoked"
                return [
                    Table.Cell(secret.name),
                    Table.Cell(secret.provider),
                    Table.Cell(shortened(secret.hosts)),
                    Table.Cell(When(secret.updatedAt)?.short),
                    Table.Cell(status, .status(status)),
                ]
            }
        )
    }

    /// All of one.
    package static func facts(_ secret: SecretAnswer) -> Facts {
        var facts = Facts()
        facts.add("name", secret.name)
        facts.add("provider", secret.provider)
        facts.add("hosts", secret.hosts)
        facts.add("id", secret.id)
        facts.add("inputs", secret.inputs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        facts.add("self bind", secret.selfBind ? secret.selfBinders?.joined(separator: ", ") ?? "any agent" : nil)
        facts.add("created", When(secret.createdAt)?.long)
        facts.add("changed", secret.updatedAt == secret.createdAt ? nil : When(secret.updatedAt)?.long)
        facts.add("revoked", When(secret.revokedAt)?.long, .bad)
        for version in secret.versions ?? [] {
            let forgotten = When(version.forgetAt).map { ", forgotten \($0.short)" } ?? ""
            let state = When(version.retiredAt).map { "retired \($0.short)\(forgotten)" } ?? "in use"
            facts.add("value \(version.number)", "\(When(version.createdAt)?.short ?? "-"), \(state)")
        }
        return facts
    }

    /// The first hosts, and how many more there are.
    private static func shortened(_ hosts: [String]) -> String {
        let shown = hosts.prefix(2).joined(separator: " ")
        return hosts.count > 2 ? "\(shown) +\(hosts.count - 2)" : shown
    }
}
