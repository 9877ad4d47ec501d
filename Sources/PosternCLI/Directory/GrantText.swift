package import PosternControl

/// Grants, for people.
package enum GrantText {
    /// A line for each.
    package static func table(_ grants: [GrantAnswer]) -> Table {
        Table(
            ["ID", "FOR", "SECRET", "STATUS", "ALLOWS", "ASKS", "USES", "EXPIRES"],
            grants.map { grant in
                [
                    Table.Cell(grant.id),
                    Table.Cell(principal(grant)),
                    Table.Cell(grant.secret),
                    Table.Cell(grant.status, .status(grant.status)),
                    Table.Cell(allows(grant)),
                    Table.Cell(asks(grant)),
                    Table.Cell(uses(grant)),
                    Table.Cell(When(grant.expiresAt)?.short),
                ]
            }
        )
    }

    /// All of one.
    package static func facts(_ grant: GrantAnswer) -> Facts {
        var facts = Facts()
        facts.add("id", grant.id)
        facts.add("for", principal(grant))
        facts.add("secret", "\(grant.secret) (\(grant.provider))")
        facts.add("status", grant.status, .status(grant.status))
        facts.add("label", grant.label)
        facts.add("below", grant.parent)
        facts.add("delegable", grant.delegable ? "yes" : nil)
        if case .object(let terms) = grant.terms {
            for (name, value) in terms.sorted(by: { $0.key < $1.key }) {
                facts.add(name.replacing("_", with: " "), words(value))
            }
        }
        facts.add("uses", uses(grant))
        facts.add("created", When(grant.createdAt)?.long)
        facts.add("expires", When(grant.expiresAt)?.long)
        facts.add("revoked", When(grant.revokedAt)?.long, .bad)
        return facts
    }

    /// Who may use it: `research-bot`, `user ada`, `group ops` or `system`.
    package static func principal(_ grant: GrantAnswer) -> String {
        let name = grant.principal.name ?? grant.principal.id ?? ""
        switch grant.principal.type {
        case "agent": return name
        case "system": return "system"
        default: return "\(grant.principal.type) \(name)"
        }
    }

    private static func uses(_ grant: GrantAnswer) -> String? { grant.maxUses.map { "\(grant.uses ?? 0) of \($0)" } }

    /// Who is asked to approve each request, if somebody is.
    private static func asks(_ grant: GrantAnswer) -> String? {
        guard case .object(let terms) = grant.terms, let approval = terms["requires_approval"] else { return nil }
        switch approval {
        case .object(let members): return members["approvers"].map(words) ?? "anybody"
        case .boolean(true): return "anybody"
        default: return nil
        }
    }

    /// The methods and paths, which say most.
    private static func allows(_ grant: GrantAnswer) -> String? {
        guard case .object(let terms) = grant.terms else { return nil }
        let parts = ["methods", "paths", "mcp_tools"].compactMap { name in terms[name].map(words) }
        return parts.isEmpty ? "everything" : parts.joined(separator: "  ")
    }

    /// A list of texts as words, anything else as JSON.
    private static func words(_ value: RawJSON) -> String {
        switch value {
        case .text(let text): return text
        case .array(let values):
            return values.map { if case .text(let text) = $0 { text } else { $0.json } }.joined(separator: " ")
        case .null, .boolean, .integer, .number, .object: return value.json
        }
    }
}
