internal import GRDB
package import PosternCore

extension SQLiteStore {
    package func check() throws(StoreError) -> [String] {
        try StoreError.translating(path) {
            let damage = try queue.read { database in
                let lines = try String.fetchAll(database, sql: "PRAGMA integrity_check(100)").filter { $0 != "ok" }
                let references = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { row in
                    "a row of \(row[0] as String) refers to one that is missing"
                }
                return lines + references
            }
            return damage + (try checkSeals())
        }
    }

    /// Verifies the seal of every row, of all of them together, and of every value.
    private func checkSeals() throws -> [String] {
        try readTransaction { transaction in
            var lines: [String] = []
            func note(_ body: () throws -> Void) throws {
                do { try body() } catch let error as StoreError { lines.append(error.description) }
            }
            let expected = transaction.sum
            try note {
                try transaction.verifyAll()
                if transaction.sum != expected { lines.append("rows were added, removed or put back") }
            }
            try note {
                for secret in try transaction.secrets(includingRevoked: true) {
                    try note { _ = try transaction.versions(ofSecret: secret.id) }
                }
            }
            try note {
                for row in try transaction.approvalContentRows() { try note { _ = try row.opened(transaction.values) } }
            }
            return lines
        }
    }
}
