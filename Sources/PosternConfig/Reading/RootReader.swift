/// Reads the top of the file: which tables there are, each `[once]` or `[[any number of times]]`.
struct RootReader {
    private static let singleTables = [
        "proxy", "timeouts", "limits", "audit", "store", "control", "portal", "identity", "api", "approvals",
        "run",
    ]
    private static let repeatedTables = ["socket", "provider", "secret", "agent", "grant", "egress", "runner"]

    private let root: ConfigTable
    private let problems: ProblemList

    /// Takes the document and refuses what is not one of our tables.
    init(_ root: ConfigTable, problems: ProblemList) {
        self.root = root
        self.problems = problems
        for (name, node) in root.entries { check(name, node) }
    }

    /// The table `[name]`; an empty one if it is not written.
    func table(_ name: String) -> TableReader {
        var table = ConfigTable(entries: [:], line: nil)
        if case .table(let written) = root.entries[name]?.value { table = written }
        return TableReader(table, title: "[\(name)]", problems: problems)
    }

    /// Whether the table `[name]` is written.
    func has(_ name: String) -> Bool { root.entries[name] != nil }

    /// The tables `[[name]]` in the order of the file.
    func tables(_ name: String) -> [TableReader] {
        guard case .array(let elements) = root.entries[name]?.value else { return [] }
        return elements.compactMap { element in
            guard case .table(let table) = element.value else { return nil }
            return TableReader(table, title: "[[\(name)]]", problems: problems)
        }
    }

    private func check(_ name: String, _ node: ConfigNode) {
        if RootReader.singleTables.contains(name) {
            if case .table = node.value { return }
            let isRepeated = if case .array = node.value { true } else { false }
            let reason =
                isRepeated
                ? "[\(name)] is written once, found [[\(name)]]" : "`\(name)` must be a table, found \(node.typeName)"
            problems.add(reason, line: node.line, hint: "write [\(name)]")
        } else if RootReader.repeatedTables.contains(name) {
            if case .array(let elements) = node.value, elements.allSatisfy(\.isTable) { return }
            let reason = "`\(name)` must be an array of tables, found \(node.typeName)"
            problems.add(reason, line: node.line, hint: "write [[\(name)]]")
        } else {
            refuseUnknown(name, node)
        }
    }

    private func refuseUnknown(_ name: String, _ node: ConfigNode) {
        let known = RootReader.singleTables + RootReader.repeatedTables
        let hint = Suggestion.hint(for: name, among: known) {
            RootReader.repeatedTables.contains($0) ? "[[\($0)]]" : "[\($0)]"
        }
        switch node.value {
        case .table:
            problems.add("unknown table \(Excerpt.of(name))", line: node.line, hint: hint)
        case .array(let elements) where !elements.isEmpty && elements.allSatisfy(\.isTable):
            problems.add("unknown table \(Excerpt.of(name))", line: node.line, hint: hint)
        default:
            problems.add(
                "unknown key \(Excerpt.of(name)) before any table",
                line: node.line,
                hint: hint ?? "every key belongs to a table, such as [proxy]"
            )
        }
    }
}

extension ConfigNode {
    fileprivate var isTable: Bool { if case .table = value { true } else { false } }
}
