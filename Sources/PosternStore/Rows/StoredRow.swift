internal import GRDB

/// A row of a sealed table.
protocol StoredRow {
    var table: Table { get }
    /// The values of the table's columns, in their order.
    var values: [DatabaseValue] { get }

    /// Reads the columns in their order.
    init(_ columns: inout Columns) throws
}
