internal import PosternCore

/// `requires_approval`: that a person has to approve each request.
enum ApprovalKeys {
    private static let maxApprovers = 16
    private static let maxNameBytes = 128

    /// Reads `true`, or a table of `approvers`, `ttl_s` and `methods`.
    static func read(_ table: TableReader) -> ApprovalTerms? {
        guard let node = table.node("requires_approval") else { return nil }
        switch node.value {
        case .boolean(let isRequired): return isRequired ? ApprovalTerms() : nil
        case .table(let entries):
            return terms(TableReader(entries, title: "`requires_approval`", problems: table.problems))
        default:
            table.refuseType("requires_approval", node, expected: "true, false or a table")
            return nil
        }
    }

    private static func terms(_ table: TableReader) -> ApprovalTerms {
        var terms = ApprovalTerms()
        terms.approvers = approvers(table)
        if let seconds = table.integer("ttl_s", in: 10...604_800) { terms.lifetime = .seconds(seconds) }
        terms.methods = RuleKeys.methods(table)
        table.finish()
        return terms
    }

    private static func approvers(_ table: TableReader) -> [String] {
        let names = table.strings("approvers") ?? []
        if names.count > maxApprovers { table.refuse("approvers", "has more than \(maxApprovers) elements") }
        var seen: Set<String> = []
        for name in names {
            let isName =
                (1...maxNameBytes).contains(name.value.utf8.count)
                && name.value.utf8.allSatisfy { (0x21...0x7e).contains($0) }
            if !isName {
                table.refuse("approvers", "takes names of at most \(maxNameBytes) letters, digits and signs")
            } else if !seen.insert(name.value).inserted {
                table.refuse("approvers", "names \(Excerpt.of(name.value)) twice")
            }
        }
        return names.map(\.value)
    }
}
