internal import Crypto
internal import GRDB
package import PosternCore

/// The store in one SQLite file, which this process alone has open.
///
/// Calls run one after another; none may be made from within another's closure.
package final class SQLiteStore: @unchecked Sendable {
    // @unchecked: `state` is touched only on the database's queue.
    static let fileName = "store.db"

    /// What is known of the rows that are committed.
    struct State {
        var meta: Meta
        var sum: StateSum
    }

    let queue: DatabaseQueue
    let directory: StateDirectory
    /// The id of the store, which its wraps are bound to.
    let storeID: String
    let dataKey: SymmetricKey
    let keys: StoreKeys
    private let generations: GenerationFile
    private var state: State
    /// The generation that was seen before, where an older copy was put in the store's place and taken all the same.
    package internal(set) var replaced: Int?

    init(
        queue: DatabaseQueue,
        directory: StateDirectory,
        generations: GenerationFile,
        dataKey: SymmetricKey,
        state: State
    ) {
        self.queue = queue
        self.directory = directory
        self.generations = generations
        self.dataKey = dataKey
        self.state = state
        storeID = state.meta.storeID
        keys = StoreKeys(dataKey: dataKey, storeID: storeID)
    }

    /// Where the database is.
    var path: String { directory.path(of: SQLiteStore.fileName) }

    /// Closes the database; nothing may be called afterwards.
    package func close() throws(StoreError) {
        try StoreError.translating(path) {
            queue.writeWithoutTransaction { database in
                // The log outlives this process if it cannot be emptied now.
                guard (try? database.emptyLog()) != nil else { return }
                try? generations.write(state.meta.generation)
            }
            try queue.close()
            generations.unlock()
        }
    }

    /// Makes the store newer than a generation that was seen.
    func raiseGeneration(above seen: Int) throws {
        state.meta.generation = max(state.meta.generation, seen)
        try writeTransaction { $0.hasChanges = true }
    }

    /// Reads within one transaction.
    func readTransaction<Result>(_ body: (Transaction) throws -> Result) throws -> Result {
        try queue.read { database in try body(Transaction(database, keys, sum: state.sum)) }
    }

    /// Writes within one transaction, which outlives a power cut if it is durable, and otherwise the end of the process.
    ///
    /// A generation is noted only once it is durable: after a power cut the store must not be older than the note.
    func writeTransaction<Result>(
        isDurable: Bool = true,
        _ body: (Transaction) throws -> Result
    ) throws -> Result {
        try queue.writeWithoutTransaction { database in
            try database.setSynchronous(isDurable ? "FULL" : "NORMAL")
            let (result, next, hasForgotten) = try committed(database, body)
            guard let next else { return result }
            state = next
            // The change is made; that these fail is no reason to say that it is not. The next change does them again.
            if isDurable { try? generations.write(next.meta.generation) }
            if hasForgotten { try? database.emptyLog() }
            return result
        }
    }

    /// Commits what `body` does, if it changes anything.
    private func committed<Result>(
        _ database: Database,
        _ body: (Transaction) throws -> Result
    ) throws -> (result: Result, next: State?, hasForgotten: Bool) {
        let transaction = Transaction(database, keys, sum: state.sum)
        var next: State?
        var result: Result?
        try database.inTransaction(.immediate) {
            result = try body(transaction)
            guard transaction.hasChanges else { return .rollback }
            var meta = state.meta
            meta.generation += 1
            try transaction.seal(meta)
            next = State(meta: meta, sum: transaction.sum)
            return .commit
        }
        guard let result else { preconditionFailure("a transaction ended without a result") }
        return (result, next, transaction.hasForgotten)
    }
}

extension SQLiteStore: DirectoryStore {
    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try translating { try readTransaction(body) }
    }

    package func write<Result>(_ body: (any StoreWriter) throws -> Result) throws -> Result {
        try translating { try writeTransaction(body) }
    }

    package func countUse(of grants: [UseLimit]) throws(StoreError) -> String? {
        try StoreError.translating(path) {
            try writeTransaction(isDurable: false) { transaction in
                let rows = try grants.map { try transaction.usesRow(ofGrant: $0.grant) }
                if let full = zip(grants, rows).first(where: { $1.count >= $0.maxUses }) { return full.0.grant }
                for var row in rows {
                    row.count += 1
                    try transaction.update(row: row)
                }
                return nil
            }
        }
    }

    package func noteUse(ofKeys times: [String: Int64]) throws(StoreError) {
        try StoreError.translating(path) {
            try writeTransaction { transaction in
                for (id, time) in times.sorted(by: { $0.key < $1.key }) {
                    guard var key = try transaction.key(id: id), (key.lastUsedAt ?? .min) < time else { continue }
                    key.lastUsedAt = time
                    try transaction.update(key)
                }
            }
        }
    }

    /// Keeps errors of the caller as they are.
    private func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw StoreError(error, path: path) }
    }
}

extension Transaction {
    /// The count of a grant that has a limit.
    ///
    /// That of a grant in the store was begun with it; that of one which the configuration declares begins now.
    fileprivate func usesRow(ofGrant id: String) throws -> UsesRow {
        if let row = try row(.uses, "grant_id", id, as: UsesRow.self) { return row }
        guard try grant(id: id) == nil else { throw StoreError.tampered(table: Table.uses.name, id: id) }
        let row = UsesRow(grantID: id)
        try insert(row: row)
        return row
    }
}
