internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// The one row of `meta`: which store this is, and how often it was changed.
struct Meta: Sendable {
    let storeID: String
    let createdAt: Int64
    /// Raised by every change.
    var generation: Int

    /// Reads the row, with the seal that it holds; `nil` if nothing was ever stored.
    static func read(_ database: Database) throws -> (meta: Meta, seal: Data)? {
        let sql = "SELECT store_id, created_at, generation, seal FROM meta"
        guard let row = try Row.fetchOne(database, sql: sql) else { return nil }
        let values = (0..<4).map { row[$0] as DatabaseValue }
        guard case .string(let storeID) = values[0].storage, case .int64(let createdAt) = values[1].storage,
            case .int64(let generation) = values[2].storage, case .blob(let seal) = values[3].storage
        else { throw StoreError.corrupt(reason: "its meta cannot be read") }
        return (Meta(storeID: storeID, createdAt: createdAt, generation: Int(generation)), seal)
    }

    /// Writes the row for the first time.
    func insert(_ database: Database, seal: Data) throws {
        let sql = "INSERT INTO meta (one, store_id, created_at, generation, seal) VALUES (1, ?, ?, ?, ?)"
        try database.execute(sql: sql, arguments: [storeID, createdAt, generation, seal])
    }

    /// Writes what changes of it.
    func update(_ database: Database, seal: Data) throws {
        let statement = try database.cachedStatement(sql: "UPDATE meta SET generation = ?, seal = ?")
        try statement.execute(arguments: [generation, seal])
    }
}
