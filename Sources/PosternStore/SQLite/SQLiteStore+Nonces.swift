internal import FoundationEssentials
internal import GRDB
internal import PosternCore

// Nonces are not sealed, and not part of the sum over all rows: each request would change it. Whoever can write the file could
// have a request that was seen taken again, for some minutes, and to send one would need a key in any case.
extension SQLiteStore {
    /// What is remembered of a nonce.
    struct Nonce {
        let digest: KeyDigest
        let holder: String
        /// Nanoseconds since 1970.
        let expiresAt: Int64
    }

    /// The nonces that are still to be remembered.
    func nonces(at now: Int64) throws(StoreError) -> [Nonce] {
        try StoreError.translating(path) {
            try queue.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT digest, holder, expires_at FROM nonces WHERE expires_at > ?",
                    arguments: [now]
                )
                var nonces: [Nonce] = []
                while let row = try rows.next() {
                    guard let digest = KeyDigest(bytes: Array(row[0] as Data)) else { continue }
                    nonces.append(Nonce(digest: digest, holder: row[1], expiresAt: row[2]))
                }
                return nonces
            }
        }
    }

    /// Notes nonces, so that they outlive the end of the process, and forgets those that have ended before a time.
    func note(_ nonces: [Nonce], forgettingBefore time: Int64?) throws(StoreError) {
        try StoreError.translating(path) {
            try queue.writeWithoutTransaction { database in
                try database.setSynchronous("NORMAL")
                try database.inTransaction(.immediate) {
                    if let time {
                        try database.execute(sql: "DELETE FROM nonces WHERE expires_at < ?", arguments: [time])
                    }
                    let sql = "INSERT INTO nonces (digest, holder, expires_at) VALUES (?, ?, ?)"
                    let statement = try database.cachedStatement(sql: sql)
                    for nonce in nonces {
                        try statement.execute(
                            arguments: [nonce.digest.databaseValue, nonce.holder, nonce.expiresAt]
                        )
                    }
                    return .commit
                }
            }
        }
    }
}
