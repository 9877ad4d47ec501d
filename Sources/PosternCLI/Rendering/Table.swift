internal import PosternCommand

/// Rows of aligned columns.
package struct Table {
    /// One value, and what it means to the reader.
    package struct Cell: ExpressibleByStringLiteral {
        let text: String
        let tone: Palette.Tone

        package init(_ text: String, _ tone: Palette.Tone = .plain) {
            self.text = Printable.text(text)
            self.tone = tone
        }

        /// A value that may be missing.
        package init(_ text: String?) { self.init(text ?? "-") }

        package init(stringLiteral text: String) { self.init(text) }
    }

    private let titles: [String]
    private let rows: [[Cell]]

    package init(_ titles: [String], _ rows: [[Cell]]) {
        self.titles = titles
        self.rows = rows
    }

    /// The lines; the last column is not padded, and no line ends in spaces.
    package func text(_ palette: Palette) -> String {
        let lines = [titles.map { Cell($0, .title) }] + rows
        var widths = titles.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.text.count) }
        }
        return lines.map { Table.line($0, widths, palette) }.joined()
    }

    private static func line(_ cells: [Cell], _ widths: [Int], _ palette: Palette) -> String {
        let last = cells.lastIndex { !$0.text.isEmpty } ?? 0
        let parts = cells[...last].enumerated().map { column, cell in
            let padding = column == last ? 0 : widths[column] - cell.text.count
            return palette.paint(cell.text, cell.tone) + String(repeating: " ", count: padding)
        }
        return parts.joined(separator: "  ") + "\n"
    }
}
