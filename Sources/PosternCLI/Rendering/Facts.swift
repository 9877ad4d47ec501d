/// What there is to know about one thing: a name and a value a line.
package struct Facts {
    private var lines: [(name: String, cell: Table.Cell)] = []

    package init() {}

    /// Adds a line; nothing, if there is no value.
    package mutating func add(_ name: String, _ value: String?, _ tone: Palette.Tone = .plain) {
        if let value, !value.isEmpty { lines.append((name, Table.Cell(value, tone))) }
    }

    /// Adds a number, if there is one.
    package mutating func add(_ name: String, _ value: Int?) { add(name, value.map(String.init)) }

    /// Adds several values in one line, if there are any.
    package mutating func add(_ name: String, _ values: [String]) { add(name, values.joined(separator: ", ")) }

    /// The lines, aligned.
    package func text(_ palette: Palette) -> String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { name, cell in
            palette.paint(name, .title) + String(repeating: " ", count: width - name.count)
                + "  \(palette.paint(cell.text, cell.tone))\n"
        }.joined()
    }
}
