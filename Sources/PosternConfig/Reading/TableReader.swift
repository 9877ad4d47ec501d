/// Reads one table: each key by its type, notes what is wrong, and at last refuses the keys that nobody asked for.
///
/// Every getter answers `nil` both for an absent key and for one it has refused; the problem is noted then, so that
/// the caller need not know which.
final class TableReader {
    /// How messages name the table: `[[grant]]`.
    let title: String
    let problems: ProblemList
    private let table: ConfigTable
    private var askedFor: Set<String> = []

    init(_ table: ConfigTable, title: String, problems: ProblemList) {
        self.table = table
        self.title = title
        self.problems = problems
    }

    /// The line the table begins on.
    var line: Int? { table.line }

    /// Whether the key is written at all, whatever its value.
    func has(_ key: String) -> Bool {
        askedFor.insert(key)
        return table.entries[key] != nil
    }

    /// The line of a key; that of the table if the key is absent.
    func line(of key: String) -> Int? { table.entries[key]?.line ?? table.line }

    /// Notes a problem with the table as a whole.
    func refuse(_ reason: String, hint: String? = nil) { problems.add(reason, line: line, hint: hint) }

    /// Notes a problem with one key.
    func refuse(_ key: String, _ reason: String, hint: String? = nil) {
        problems.add("`\(key)` in \(title) \(reason)", line: line(of: key), hint: hint)
    }

    /// Notes that a key which must be there is not.
    func refuseMissing(_ key: String, hint: String? = nil) {
        problems.add("\(title) has no `\(key)`", line: line, hint: hint)
    }

    /// The value of a key, which from now on is a known one.
    func node(_ key: String) -> ConfigNode? {
        askedFor.insert(key)
        return table.entries[key]
    }

    /// Notes a value of the wrong type.
    func refuseType(_ key: String, _ node: ConfigNode, expected: String, hint: String? = nil) {
        problems.add("`\(key)` in \(title) must be \(expected), found \(node.typeName)", line: node.line, hint: hint)
    }

    /// Refuses every key that no getter has asked for.
    ///
    /// To be called once, after the last getter.
    func finish() {
        for (key, node) in table.entries where !askedFor.contains(key) {
            problems.add(
                "unknown key \(Excerpt.of(key)) in \(title)",
                line: node.line,
                hint: Suggestion.hint(for: key, among: askedFor)
            )
        }
    }

    /// The keys and values, for tables whose keys are names and not ours.
    var allEntries: [(key: String, node: ConfigNode)] {
        table.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
