internal import CLinux
internal import Crypto
internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// The steps from an open database to a store that can be believed.
///
///     schema -> master key -> indexes -> seal of every row, and of all together -> generation -> what a rekey left
struct Opening {
    let queue: DatabaseQueue
    let directory: StateDirectory
    let generations: GenerationFile
    let masterKey: MasterKey
    let acceptsRestored: Bool

    func store() throws -> SQLiteStore {
        try Schema.migrate(queue)
        try Schema.check(queue)
        guard let (meta, seal) = try queue.read({ try Meta.read($0) }) else { return try create() }
        let wraps = try queue.read { try WrapRow.readAll($0) }
        guard let (wrap, dataKey) = try opened(wraps, meta) else { throw StoreError.wrongMasterKey }
        let keys = StoreKeys(dataKey: dataKey, storeID: meta.storeID)
        let sum = try queue.read { database in
            // Seals say nothing of indexes, which can hide a row or lead to another one.
            if let damage = try database.firstDamage() { throw StoreError.corrupt(reason: damage) }
            let transaction = Transaction(database, keys, sum: StateSum())
            try transaction.verifyAll()
            guard RowSealer.areEqual(transaction.expectedSeal(meta), seal) else {
                throw StoreError.corrupt(reason: "rows were added, removed or put back to what they were before")
            }
            return transaction.sum
        }
        let store = store(dataKey, SQLiteStore.State(meta: meta, sum: sum))
        try check(store, meta)
        try store.dropWraps(except: wrap.id)
        try directory.remove(MasterKeyFile.name + MasterKeyFile.suffix)
        return store
    }

    /// Fills a database in which nothing was ever stored.
    private func create() throws -> SQLiteStore {
        let seen = generations.seen ?? 0
        guard seen == 0 || acceptsRestored else { throw StoreError.rolledBack(generation: 0, seen: seen) }
        if generations.seen == nil {
            // Before there is a store of which nothing was noted.
            try generations.write(0)
            try generations.flush()
            try directory.flush()
        }
        let meta = Meta(storeID: makeUUID(), createdAt: postern_realtime_ns(), generation: seen + 1)
        let dataKey = SymmetricKey(size: .bits256)
        let wrap = try WrapRow(dataKey, with: masterKey, storeID: meta.storeID)
        let sum = try queue.write { database in
            let keys = StoreKeys(dataKey: dataKey, storeID: meta.storeID)
            let transaction = Transaction(database, keys, sum: StateSum())
            // Rows without a meta, which no seal could hold for, end here.
            try transaction.verifyAll()
            try transaction.insert(row: wrap)
            try transaction.insert(row: StoredApp(id: makeUUID(), name: "postern", createdAt: meta.createdAt))
            try meta.insert(database, seal: transaction.expectedSeal(meta))
            return transaction.sum
        }
        try generations.write(meta.generation)
        return store(dataKey, SQLiteStore.State(meta: meta, sum: sum))
    }

    private func store(_ dataKey: SymmetricKey, _ state: SQLiteStore.State) -> SQLiteStore {
        SQLiteStore(queue: queue, directory: directory, generations: generations, dataKey: dataKey, state: state)
    }

    private func opened(_ wraps: [WrapRow], _ meta: Meta) throws -> (WrapRow, SymmetricKey)? {
        for wrap in wraps {
            if let key = try wrap.open(with: masterKey, storeID: meta.storeID) { return (wrap, key) }
        }
        return nil
    }

    /// Refuses a store that is older than one that was seen here, unless that is intended.
    private func check(_ store: SQLiteStore, _ meta: Meta) throws {
        if let seen = generations.seen, meta.generation >= seen { return }
        guard acceptsRestored else {
            throw StoreError.rolledBack(generation: meta.generation, seen: generations.seen)
        }
        store.replaced = generations.seen ?? 0
        // Newer than all that was seen, so that what was put in its place before is refused as well.
        try store.raiseGeneration(above: generations.seen ?? 0)
    }
}

extension WrapRow {
    /// The wraps, of which nothing but a master key can say whether they are genuine.
    fileprivate static func readAll(_ database: Database) throws -> [WrapRow] {
        let table = Table.wraps
        return try Row.fetchAll(database, sql: table.selection).map { row in
            var columns = Columns(table.columns.indices.map { row[$0] }, of: table)
            return try WrapRow(&columns)
        }
    }
}
