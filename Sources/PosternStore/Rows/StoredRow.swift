internal import GRDB

/// A row of a sealed table.
protocol StoredRow {
    var table: Table { get }
    /// The values of the table's columns, in their order.
    var values: [DatabaseValue] { get }
    /// The lists among them, of which each text is kept on a line of its own.
    var lists: [[String]] { get }

    /// Reads the columns in their order.
    init(_ columns: inout Columns) throws
}

extension StoredRow {
    var lists: [[String]] { [] }
}

extension [String] {
    /// As it is kept, one text a line.
    var lines: DatabaseValue { joined(separator: "\n").databaseValue }
}
