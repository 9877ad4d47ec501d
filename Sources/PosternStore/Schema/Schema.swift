internal import GRDB
internal import PosternCore

/// The shape of the database, and how it came about.
enum Schema {
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(Migration1.identifier) { try $0.execute(sql: Migration1.sql) }
        migrator.registerMigration(Migration2.identifier) { try $0.execute(sql: Migration2.sql) }
        return migrator
    }

    /// Brings the database to the newest schema.
    ///
    /// - Throws: ``StoreError/tooNew(version:)`` if it has a newer one.
    static func migrate(_ queue: DatabaseQueue) throws {
        let migrator = migrator
        let applied = try queue.read { try migrator.appliedIdentifiers($0) }
        let known = Set(migrator.migrations)
        if let newer = applied.subtracting(known).max() { throw StoreError.tooNew(version: "schema \(newer)") }
        try migrator.migrate(queue)
    }

    /// Refuses a database in which anything is defined that the migrations did not: a trigger would run within ours.
    static func check(_ queue: DatabaseQueue) throws {
        let model = try DatabaseQueue()
        try migrator.migrate(model)
        guard try definitions(queue) == definitions(model) else {
            throw StoreError.corrupt(reason: "its schema is not the one that it was made with")
        }
    }

    /// Everything but the table in which GRDB keeps what was migrated, which is GRDB's to define.
    private static func definitions(_ queue: DatabaseQueue) throws -> [String] {
        try queue.read { database in
            let sql = """
                SELECT quote(type) || quote(name) || quote(tbl_name) || quote(sql) FROM sqlite_schema
                    WHERE tbl_name <> 'grdb_migrations' OR type NOT IN ('table', 'index') ORDER BY 1
                """
            return try String.fetchAll(database, sql: sql)
        }
    }
}
