internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// One transaction: rows are verified when read and sealed when written, and the sum over all rows kept up with.
final class Transaction {
    let database: Database
    let values: ValueSealer
    private var sealer: RowSealer
    /// The sum over all rows, with the changes of this transaction.
    private(set) var sum: StateSum
    /// Whether there is anything to commit.
    var hasChanges = false
    /// Whether values were forgotten, which leave older pages behind in the log.
    var hasForgotten = false

    init(_ database: Database, _ keys: StoreKeys, sum: StateSum) {
        self.database = database
        values = ValueSealer(keys)
        sealer = RowSealer(keys)
        self.sum = sum
    }

    /// The rows of a table that meet a condition, in the order in which they were inserted.
    func rows<Row: StoredRow>(
        _ table: Table,
        where condition: String = "1",
        _ arguments: StatementArguments = [],
        _ page: Page = Page(),
        as type: Row.Type = Row.self
    ) throws -> [Row] {
        var result: [Row] = []
        let paging = page == Page() ? "" : " LIMIT \(page.limit) OFFSET \(page.offset)"
        let sql = "\(table.selection) WHERE \(condition) ORDER BY rowid\(paging)"
        try forEach(table, sql, arguments) { values, _ in
            var columns = Columns(values, of: table)
            result.append(try Row(&columns))
        }
        return result
    }

    /// The row of a table that has this value in a column that is unique, among those that meet a condition.
    func row<Row: StoredRow>(
        _ table: Table,
        _ column: String,
        _ value: String,
        where condition: String = "1",
        as type: Row.Type = Row.self
    ) throws -> Row? {
        let rows: [Row] = try rows(table, where: "\(column) = ? AND \(condition)", [value])
        guard let row = rows.first else { return nil }
        // A damaged index leads to another row, whose own seal holds.
        guard rows.count == 1, let index = table.columns.firstIndex(of: column),
            row.values[index] == value.databaseValue
        else { throw StoreError.corrupt(reason: "an index of \(table.name) leads to another row") }
        return row
    }

    /// Calls `body` with the values of every row of a statement whose seal holds.
    ///
    /// - Throws: ``StoreError/tampered(table:id:)`` at the first one whose seal does not.
    func forEach(
        _ table: Table,
        _ sql: String,
        _ arguments: StatementArguments = [],
        _ body: ([DatabaseValue], RowSealer.Seal) throws -> Void
    ) throws {
        let cursor = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
        let count = table.columns.count
        var values: [DatabaseValue] = []
        values.reserveCapacity(count)
        while let row = try cursor.next() {
            values.removeAll(keepingCapacity: true)
            for index in 0..<count { values.append(row[index]) }
            let seal = sealer.seal(values, in: table)
            let stored: DatabaseValue = row[count]
            guard case .blob(let bytes) = stored.storage, RowSealer.areEqual(bytes, seal.bytes) else {
                throw Columns(values, of: table).damage
            }
            try body(values, seal)
        }
    }

    /// Verifies every row there is, and sums them up.
    func verifyAll() throws {
        var sum = StateSum()
        for table in Table.all { try forEach(table, table.selection) { _, seal in sum += seal.summand } }
        self.sum = sum
    }

    /// Inserts a row.
    func insert(row: some StoredRow) throws {
        let table = row.table
        let values = row.values
        let seal = sealer.seal(values, in: table)
        try execute(table.insertion, values + [seal.bytes.databaseValue], table)
        sum += seal.summand
        hasChanges = true
    }

    /// Replaces the row of the same id.
    func update(row: some StoredRow) throws {
        let table = row.table
        let values = row.values
        let old = try seal(of: values[0], in: table)
        let seal = sealer.seal(values, in: table)
        try execute(table.replacement, values + [seal.bytes.databaseValue, values[0]], table)
        sum -= old.summand
        sum += seal.summand
        hasChanges = true
    }

    /// Removes the row of this id.
    func delete(_ id: String, from table: Table) throws {
        let old = try seal(of: id.databaseValue, in: table)
        try execute(table.deletion, [id.databaseValue], table)
        sum -= old.summand
        hasChanges = true
    }

    /// The seal of `meta` for what the rows are now.
    func seal(_ meta: Meta) -> Data { sealer.seal(meta, sum: sum) }

    private func seal(of id: DatabaseValue, in table: Table) throws -> RowSealer.Seal {
        var found: RowSealer.Seal?
        try forEach(table, "\(table.selection) WHERE \(table.columns[0]) = ?", [id]) { values, seal in
            if values[0] == id { found = seal }
        }
        guard let found else { throw StoreError.conflict(table: table.name) }
        return found
    }

    private func execute(_ sql: String, _ values: [DatabaseValue], _ table: Table) throws {
        do {
            try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw StoreError.conflict(table: table.name)
        }
        guard database.changesCount == 1 else {
            throw StoreError.corrupt(reason: "a change of \(table.name) met \(database.changesCount) rows")
        }
    }
}
