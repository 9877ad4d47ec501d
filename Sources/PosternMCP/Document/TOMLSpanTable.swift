/// A table of TOML while it is read: it may be written in several places.
final class TOMLSpanTable {
    private enum Entry {
        case member(SpannedMember)
        case table(TOMLSpanTable, Range<Int>)
        case tables([TOMLSpanTable], Range<Int>)
    }

    private var names: [String] = []
    private var entries: [String: Entry] = [:]
    /// Whether a header named it, which may happen once.
    private var isOpened = false
    /// Whether a dotted key made it: then no header may, and only such keys add to it.
    private var isDotted = false

    /// The members in the order in which they first stood there.
    var members: [SpannedMember] {
        names.compactMap { name in
            switch entries[name] {
            case .member(let member): return member
            case .table(let table, let range): return TOMLSpanTable.member(name, .table(table.members), range)
            case .tables(let tables, let range):
                let values = tables.map { SpannedValue(content: .table($0.members), range: range) }
                return TOMLSpanTable.member(name, .list(values), range)
            case nil: return nil
            }
        }
    }

    /// The table that `[a.b]` begins; `nil` if it was begun before, or is something else.
    func open(_ path: [String], at range: Range<Int>) -> TOMLSpanTable? {
        guard let table = descend(path[...], at: range), !table.isOpened, !table.isDotted else { return nil }
        table.isOpened = true
        return table
    }

    /// The table that `[[a.b]]` begins; `nil` if it is something else.
    func append(_ path: [String], at range: Range<Int>) -> TOMLSpanTable? {
        guard let name = path.last, let parent = descend(path.dropLast(), at: range) else { return nil }
        let table = TOMLSpanTable()
        switch parent.entries[name] {
        case .tables(let tables, let first): parent.entries[name] = .tables(tables + [table], first)
        case nil: parent.add(name, .tables([table], range))
        case .member, .table: return nil
        }
        return table
    }

    /// Sets `a.b = …`; `false` if it is set already.
    func set(_ path: [String], to member: SpannedMember) -> Bool {
        guard let table = descend(path.dropLast(), at: member.nameRange, isDotted: true), let name = path.last,
            table.entries[name] == nil
        else { return false }
        table.add(name, .member(member))
        return true
    }

    private func add(_ name: String, _ entry: Entry) {
        names.append(name)
        entries[name] = entry
    }

    private func descend(_ path: ArraySlice<String>, at range: Range<Int>, isDotted: Bool = false) -> TOMLSpanTable? {
        guard let name = path.first else { return self }
        switch entries[name] {
        case .table(let table, _):
            guard table.isDotted || !isDotted else { return nil }
            return table.descend(path.dropFirst(), at: range, isDotted: isDotted)
        case .tables(let tables, _):
            return isDotted ? nil : tables.last?.descend(path.dropFirst(), at: range)
        case .member: return nil
        case nil:
            let table = TOMLSpanTable()
            table.isDotted = isDotted
            add(name, .table(table, range))
            return table.descend(path.dropFirst(), at: range, isDotted: isDotted)
        }
    }

    private static func member(_ name: String, _ content: SpannedValue.Content, _ range: Range<Int>) -> SpannedMember {
        let value = SpannedValue(content: content, range: range)
        return SpannedMember(name: name, nameRange: range, value: value, setting: .line(prefix: []))
    }
}
