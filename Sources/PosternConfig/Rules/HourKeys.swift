internal import PosternCore

/// `hours`: the parts of the week in which a rule holds.
enum HourKeys {
    static func read(_ table: TableReader) -> [HourWindow]? {
        table.strings("hours")?.compactMap { text in
            table.attempt("hours", line: text.line) { () throws(Refusal) in try HourText.window(text.value) }
        }
    }
}
