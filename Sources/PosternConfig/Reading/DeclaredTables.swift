/// The tables of one kind that have names, such as every `[[agent]]`, with each name once.
struct DeclaredTables {
    /// The tables in the order of the file; `name` is `nil` where it was refused.
    let tables: [(name: Located<String>?, reader: TableReader)]
    /// The names, those of tables with other problems included.
    let names: Set<String>

    /// Reads the names and refuses those that repeat.
    init(_ readers: [TableReader], kind: String) {
        var seen: [String: Int?] = [:]
        tables = readers.map { reader in
            guard let name = reader.requiredName() else { return (nil, reader) }
            if let first = seen[name.value] {
                reader.refuse("name", "is taken: \(kind) `\(name.value)` is declared on line \(first ?? 0) already")
                return (nil, reader)
            }
            seen[name.value] = .some(name.line)
            return (name, reader)
        }
        names = Set(seen.keys)
    }
}
