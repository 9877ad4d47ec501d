internal import PosternCommand
package import PosternControl

/// Approvals, for people.
package enum ApprovalText {
    /// A line for each.
    package static func table(_ approvals: [ApprovalEntry]) -> Table {
        Table(
            ["ID", "STATUS", "ASKS", "ENDS", "WHAT"],
            approvals.map { approval in
                [
                    Table.Cell(approval.id),
                    Table.Cell(approval.status, .status(approval.status)),
                    Table.Cell(approval.gates.map { $0.approver ?? "any operator" }.joined(separator: ", ")),
                    Table.Cell(When(approval.expiresAt)?.short),
                    Table.Cell(approval.request.map { "\($0.method) \($0.host)\($0.path)" }),
                ]
            }
        )
    }

    /// All of one: how it stands, what will happen, and apart from that what the client says.
    package static func text(_ approval: ApprovalEntry, _ palette: Palette) -> String {
        var text = facts(approval).text(palette)
        guard let request = approval.request else { return text }
        text += block("what", [request.sentence], palette)
        text += block("query parameters", request.parameters.map(line), palette)
        text += block("header fields", request.fields.map(line), palette)
        if let body = request.body {
            let size = "\(body.bytes) bytes, sha256 \(body.sha256)"
            text += block("body (\(body.kind), \(size))", shown(body), palette)
        }
        text += block("the client says (none of it is proven)", request.claims.map(line), palette)
        if request.partial {
            text += palette.paint("not all of the request is shown: deny it if in doubt\n", .bad)
        }
        return text
    }

    private static func facts(_ approval: ApprovalEntry) -> Facts {
        var facts = Facts()
        facts.add("id", approval.id)
        facts.add("status", approval.status, .status(approval.status))
        facts.add("for", approval.principal)
        facts.add("grant", approval.grant)
        facts.add("asks", approval.gates.map(words))
        facts.add("asked", When(approval.createdAt)?.long)
        facts.add(approval.status == "pending" ? "ends" : "ended", When(approval.decidedAt ?? approval.expiresAt)?.long)
        facts.add("reason", approval.decisionReason)
        facts.add("sent", When(approval.executedAt)?.long)
        facts.add("failure", approval.failure, .bad)
        return facts
    }

    private static func words(_ gate: ApprovalEntry.Gate) -> String {
        let asked = gate.approver ?? "any operator"
        return gate.status == "pending" ? asked : "\(asked) (\(gate.status)\(gate.decidedBy.map { " by \($0)" } ?? ""))"
    }

    private static func line(_ member: ApprovalRequestWords.Member) -> String {
        "\(member.name): \(member.value)\(member.cut ? " [cut]" : "")"
    }

    private static func shown(_ body: ApprovalRequestWords.Body) -> [String] {
        body.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            + (body.cut ? ["[cut]"] : [])
    }

    /// Lines behind a bar, so that none of them can pass for one of ours.
    private static func block(_ title: String, _ lines: [String], _ palette: Palette) -> String {
        guard !lines.isEmpty else { return "" }
        return palette.paint(title, .title) + "\n" + lines.map { "  | \(Printable.text($0))\n" }.joined()
    }
}
