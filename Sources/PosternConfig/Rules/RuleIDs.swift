/// The ids of grants and egress rules: the written name, or one made of what the rule joins.
///
/// Each is given once.
final class RuleIDs {
    private var lines: [String: Int?] = [:]
    private var unnamed: [String: Int] = [:]

    /// The id of the rule in `table`, whose default is `base`, or `base#2` for the second one without a name.
    func id(of table: TableReader, default base: String?) -> String? {
        let hasName = table.has("name")
        if hasName {
            guard let name = table.string("name") else { return nil }
            guard NameRules.isRuleID(name.value) else {
                table.refuse("name", "must be 1 to 160 letters, digits, `.`, `_`, `-`, `/` or `#`")
                return nil
            }
            return claim(name.value, line: name.line, in: table)
        }
        guard let base else { return nil }
        let count = unnamed[base, default: 0] + 1
        unnamed[base] = count
        return claim(count == 1 ? base : "\(base)#\(count)", line: table.line, in: table)
    }

    private func claim(_ id: String, line: Int?, in table: TableReader) -> String? {
        if let first = lines[id] {
            table.problems.add(
                "\(table.title) has the name `\(id)`, which is taken on line \(first ?? 0)",
                line: line,
                hint: "grants and egress rules need names of their own, so that a record names one rule"
            )
            return nil
        }
        lines[id] = .some(line)
        return id
    }
}
