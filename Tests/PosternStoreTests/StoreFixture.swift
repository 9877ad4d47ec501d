import Foundation
import GRDB
import PosternCore
import PosternStore
import Testing

/// A state directory for one test, removed with it.
final class StoreFixture {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/postern-store-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/store.db" }
    var generation: String { path + "/store.generation" }
    var masterKey: String { path + "/master.key" }

    /// Opens the store with the key in the file, calls `body`, and closes it.
    @discardableResult
    func withStore<Result>(acceptsRestored: Bool = false, _ body: (SQLiteStore) throws -> Result) throws -> Result {
        let key = try MasterKeyFile(stateDirectory: path).readOrCreate()
        return try withStore(key, acceptsRestored: acceptsRestored, body)
    }

    @discardableResult
    func withStore<Result>(
        _ key: MasterKey,
        acceptsRestored: Bool = false,
        _ body: (SQLiteStore) throws -> Result
    ) throws -> Result {
        let store = try SQLiteStore.open(stateDirectory: path, masterKey: key, acceptsRestored: acceptsRestored)
        let result = Swift.Result { try body(store) }
        try store.close()
        return try result.get()
    }

    /// Makes a store with one of everything.
    func fill() throws { try withStore { store throws in try store.write { try sample.insert(into: $0) } } }

    /// Expects one of everything in the store.
    func expectSample(acceptsRestored: Bool = false) throws {
        try withStore(acceptsRestored: acceptsRestored) { store throws in try store.read { try sample.expect(in: $0) } }
    }

    /// Changes the database as whoever can write the file would.
    func tamper(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: database, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA ignore_check_constraints = ON; \(sql)") }
        try queue.close()
    }

    /// Reads what is in the database.
    func query<Value: DatabaseValueConvertible>(_ sql: String) throws -> [Value] {
        let queue = try DatabaseQueue(path: database)
        defer { try? queue.close() }
        return try queue.read { try Value.fetchAll($0, sql: sql) }
    }

    /// What opening the store throws; `nil` if it opens.
    func openingError(_ key: MasterKey? = nil, acceptsRestored: Bool = false) throws -> StoreError? {
        do {
            let key = try key ?? MasterKeyFile(stateDirectory: path).read()
            try SQLiteStore.open(stateDirectory: path, masterKey: key, acceptsRestored: acceptsRestored).close()
            return nil
        } catch let error as StoreError {
            return error
        }
    }

    /// Every file of the directory by name.
    func files() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        return try Dictionary(uniqueKeysWithValues: names.map { name in (name, try read("\(path)/\(name)")) })
    }

    /// Makes the directory hold these files and nothing else.
    func restore(_ files: [String: Data]) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where files[name] == nil {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        for (name, data) in files {
            try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(path)/\(name)")
        }
    }

    private func read(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
