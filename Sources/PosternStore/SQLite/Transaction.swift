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
    /// Whether values or wraps were removed, of which the log may hold a page from before.
    var hasForgotten = false

    init(_ database: Database, _ keys: StoreKeys, sum: StateSum) {
        self.database = database
        values = ValueSealer(keys)
        sealer = RowSealer(keys)
        self.sum = sum
    }

    /// The rows of a table that meet a condition, in the order in which they were inserted, or the other way round.
    func rows<Row: StoredRow>(
        _ table: Table,
        where condition: String = "1",
        _ arguments: StatementArguments = [],
        _ page: Page = Page(),
        newestFirst: Bool = false,
        as type: Row.Type = Row.self
    ) throws -> [Row] {
        var result: [Row] = []
        let order = newestFirst ? "rowid DESC" : "rowid"
        let sql = "\(table.selection) WHERE \(condition) ORDER BY \(order) LIMIT ? OFFSET ?"
        try forEach(table, sql, arguments + [page.limit, page.offset]) { values, _ in
            var columns = Columns(values, of: table)
            result.append(try Row(&columns))
        }
        return result
    }

    /// The row of a table that has this value in a column that is unique, among those that meet a condition.
    func row<Row: StoredRow>(
        _ table: Table,
        _ column: String,
        _ value: some DatabaseValueConvertible,
        where condition: String = "1",
        as type: Row.Type = Row.self
    ) throws -> Row? {
        let value = value.databaseValue
        // No text in a row holds NUL, at which SQLite would stop comparing.
        guard !value.holdsNull else { return nil }
        let rows: [Row] = try rows(table, where: "\(column) = ? AND \(condition)", [value])
        guard let row = rows.first else { return nil }
        // A damaged index leads to another row, whose own seal holds.
        guard rows.count == 1, let index = table.columns.firstIndex(of: column),
            row.values[index] == value
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
        var values: [DatabaseValue] = []
        while let row = try cursor.next() {
            values.removeAll(keepingCapacity: true)
            values.append(contentsOf: row.databaseValues)
            let stored = values.removeLast()
            let seal = sealer.seal(values, in: table)
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
        try checkLists(row)
        let values = row.values
        let seal = sealer.seal(values, in: table)
        try execute(table.insertion, values + [seal.bytes.databaseValue], table)
        sum += seal.summand
        hasChanges = true
    }

    /// Replaces the row of the same id.
    func update(row: some StoredRow) throws {
        let table = row.table
        try checkLists(row)
        let values = row.values
        let old = try seal(of: values[0], in: table)
        let seal = sealer.seal(values, in: table)
        try execute(table.replacement, values + [seal.bytes.databaseValue, values[0]], table)
        sum -= old.summand
        sum += seal.summand
        hasChanges = true
    }

    /// Removes the row of this id.
    func delete(_ id: some DatabaseValueConvertible, from table: Table) throws {
        let id = id.databaseValue
        let old = try seal(of: id, in: table)
        try execute(table.deletion, [id], table)
        sum -= old.summand
        hasChanges = true
    }

    /// Writes what the rows add up to now, as the last change of the transaction.
    func seal(_ meta: Meta) throws {
        try checkNotRolledBack()
        try meta.update(database, seal: sealer.seal(meta, sum: sum))
    }

    /// The seal that `meta` holds if the rows are those of which `sum` is the sum.
    func expectedSeal(_ meta: Meta) -> Data { sealer.seal(meta, sum: sum) }

    /// Refuses to go on when SQLite has ended the transaction by itself, as it does when there is no room: what is
    /// written after that would stand alone.
    private func checkNotRolledBack() throws {
        guard database.isInsideTransaction else {
            throw StoreError.unavailable(reason: "the transaction has failed already")
        }
    }

    /// Refuses a list whose texts could not be told apart where they are kept, one a line.
    private func checkLists(_ row: some StoredRow) throws {
        let areLines = row.lists.joined().allSatisfy { !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "\n")) }
        guard areLines else { throw StoreError.conflict(table: row.table.name) }
    }

    private func seal(of id: DatabaseValue, in table: Table) throws -> RowSealer.Seal {
        var found: RowSealer.Seal?
        try forEach(table, "\(table.selection) WHERE \(table.columns[0]) = ?", [id]) { values, seal in
            if values[0] == id { found = seal }
        }
        guard let found else { throw StoreError.conflict(table: table.name) }
        return found
    }

    private func execute(_ sql: String, _ values: [DatabaseValue], _ table: Table) throws {
        try checkNotRolledBack()
        // SQLite would give back less of it than was sealed.
        guard !values.contains(where: \.holdsNull) else { throw StoreError.conflict(table: table.name) }
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

extension DatabaseValue {
    /// Whether it is a text with a zero byte, at which reading it would end.
    fileprivate var holdsNull: Bool {
        guard case .string(let text) = storage else { return false }
        return text.utf8.contains(0)
    }
}
