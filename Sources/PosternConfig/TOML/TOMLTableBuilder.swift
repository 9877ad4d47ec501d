/// A table while the document is read, which knows how it came to be and so who may still add to it.
final class TOMLTableBuilder {
    /// How a table was first mentioned.
    enum Origin {
        /// As a parent in a `[header]`; a header of its own may follow.
        case implied
        /// By a `[header]` of its own.
        case header
        /// By a dotted key; more dotted keys beside that one may add to it.
        case dotted
    }

    /// What a key stands for.
    enum Entry {
        case value(ConfigNode)
        case table(TOMLTableBuilder)
        case tables([TOMLTableBuilder])
    }

    private var origin: Origin
    private var line: Int?
    private var entries: [String: Entry] = [:]

    init(origin: Origin, line: Int?) {
        self.origin = origin
        self.line = line
    }

    /// Sets a key, which may be dotted, once.
    func set(_ path: [String], to node: ConfigNode, line: Int) throws(TOMLFault) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            guard entries[name] == nil else { throw TOMLTableBuilder.again(name, line: line) }
            entries[name] = .value(node)
            return
        }
        let child: TOMLTableBuilder
        switch entries[name] {
        case nil:
            child = TOMLTableBuilder(origin: .dotted, line: line)
            entries[name] = .table(child)
        case .table(let table) where table.origin == .dotted: child = table
        case .table, .tables, .value: throw TOMLTableBuilder.again(name, line: line)
        }
        try child.set(Array(path.dropFirst()), to: node, line: line)
    }

    /// The table that `[path]` opens.
    func open(_ path: [String], line: Int) throws(TOMLFault) -> TOMLTableBuilder {
        guard let name = path.first else { return self }
        guard path.count == 1 else { return try parent(name, line: line).open(Array(path.dropFirst()), line: line) }
        switch entries[name] {
        case nil:
            let table = TOMLTableBuilder(origin: .header, line: line)
            entries[name] = .table(table)
            return table
        case .table(let table) where table.origin == .implied:
            table.origin = .header
            table.line = line
            return table
        case .table, .tables, .value: throw TOMLTableBuilder.again(name, line: line)
        }
    }

    /// The table that `[[path]]` adds.
    func append(_ path: [String], line: Int) throws(TOMLFault) -> TOMLTableBuilder {
        guard let name = path.first else { return self }
        guard path.count == 1 else { return try parent(name, line: line).append(Array(path.dropFirst()), line: line) }
        let table = TOMLTableBuilder(origin: .header, line: line)
        switch entries[name] {
        case nil: entries[name] = .tables([table])
        case .tables(let tables): entries[name] = .tables(tables + [table])
        case .table, .value: throw TOMLTableBuilder.again(name, line: line)
        }
        return table
    }

    /// The table that a header goes through: for an array of tables its latest.
    private func parent(_ name: String, line: Int) throws(TOMLFault) -> TOMLTableBuilder {
        switch entries[name] {
        case .table(let table): return table
        case .tables(let tables): if let last = tables.last { return last }
        case .value: throw TOMLTableBuilder.again(name, line: line)
        case nil: break
        }
        let table = TOMLTableBuilder(origin: .implied, line: line)
        entries[name] = .table(table)
        return table
    }

    private static func again(_ name: String, line: Int) -> TOMLFault {
        TOMLFault(line: line, "\(Excerpt.of(name)) is defined already")
    }

    /// The finished table.
    var finished: ConfigTable { ConfigTable(entries: entries.mapValues(TOMLTableBuilder.node), line: line) }

    private static func node(_ entry: Entry) -> ConfigNode {
        switch entry {
        case .value(let node): node
        case .table(let table): ConfigNode(value: .table(table.finished), line: table.line)
        case .tables(let tables):
            ConfigNode(
                value: .array(tables.map { ConfigNode(value: .table($0.finished), line: $0.line) }),
                line: tables.first?.line
            )
        }
    }
}
