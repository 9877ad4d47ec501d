internal import GRDB
internal import PosternCore

extension StoreError {
    /// Says what went wrong in the database, without the statement or its values.
    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH, .SQLITE_SCHEMA:
            self = .corrupt(reason: "\(path): \(error.message ?? "malformed")")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .inUse(path: path)
        case .SQLITE_CONSTRAINT: self = .conflict(table: "store")
        case let code: self = .unavailable(reason: "\(path): \(error.message ?? "error \(code.rawValue)")")
        }
    }

    /// Calls `body`, whose errors become those of the store.
    static func translating<Result>(_ path: String, _ body: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch {
            throw .corrupt(reason: "\(path) cannot be read")
        }
    }
}
