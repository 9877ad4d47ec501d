internal import GRDB

/// How the database is opened.
enum SQLiteConfiguration {
    /// For the store's own file.
    ///
    /// The exclusive lock keeps the log's index in memory, so no other process can change it or read along. The cache of
    /// 16 MiB halves what opening a store of 100,000 grants reads.
    static var store: Configuration {
        var configuration = Configuration()
        configuration.label = "postern.store"
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA mmap_size = 0;
                    PRAGMA cache_size = -16384;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    """
            )
        }
        return configuration
    }
}

extension Database {
    /// How hard commits are pressed to the disk: `FULL` outlives a power cut, `NORMAL` the end of this process.
    func setSynchronous(_ mode: String) throws { try execute(sql: "PRAGMA synchronous = \(mode)") }

    /// The first of what is wrong with pages, indexes and constraints; `nil` if nothing is.
    func firstDamage() throws -> String? {
        let line = try String.fetchOne(self, sql: "PRAGMA integrity_check(1)")
        return line == "ok" ? nil : line ?? "its integrity cannot be checked"
    }

    /// Moves everything from the log to the database, and empties the log.
    func emptyLog() throws { try execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
}
