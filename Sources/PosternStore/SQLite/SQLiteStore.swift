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
    let dataKey: SymmetricKey
    let keys: StoreKeys
    private let generations: GenerationFile
    private var state: State

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
        keys = StoreKeys(dataKey: dataKey, storeID: state.meta.storeID)
    }

    /// Where the database is.
    var path: String { directory.path(of: SQLiteStore.fileName) }

    /// The id of the store, which its wraps are bound to.
    var storeID: String { state.meta.storeID }

    /// Closes the database; nothing may be called afterwards.
    package func close() throws(StoreError) {
        try StoreError.translating(path) {
            try queue.writeWithoutTransaction { database in
                try database.emptyLog()
                try generations.write(state.meta.generation)
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
            if !isDurable { try database.setSynchronous("NORMAL") }
            defer { if !isDurable { try? database.setSynchronous("FULL") } }
            var next = state
            var hasChanges = false
            var hasForgotten = false
            var result: Result?
            try database.inTransaction(.immediate) {
                let transaction = Transaction(database, keys, sum: state.sum)
                result = try body(transaction)
                hasChanges = transaction.hasChanges
                hasForgotten = transaction.hasForgotten
                guard hasChanges else { return .rollback }
                next.sum = transaction.sum
                next.meta.generation += 1
                try next.meta.update(database, seal: transaction.seal(next.meta))
                return .commit
            }
            guard let result else { preconditionFailure("a transaction ended without a result") }
            guard hasChanges else { return result }
            state = next
            if isDurable { try generations.write(next.meta.generation) }
            if hasForgotten { try database.emptyLog() }
            return result
        }
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
            var usedUp: String?
            do {
                try writeTransaction(isDurable: false) { transaction in
                    for limit in grants where try !transaction.countUse(of: limit) {
                        usedUp = limit.grant
                        throw CancellationError()
                    }
                }
            } catch is CancellationError {}
            return usedUp
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
    /// Counts one use more.
    ///
    /// - Returns: whether there was one left.
    fileprivate func countUse(of limit: UseLimit) throws -> Bool {
        guard var row = try row(.uses, "grant_id", limit.grant, as: UsesRow.self) else {
            throw StoreError.tampered(table: Table.uses.name, id: limit.grant)
        }
        guard row.count < limit.maxUses else { return false }
        row.count += 1
        try update(row: row)
        return true
    }
}
