internal import GRDB
package import PosternCore

extension SQLiteStore {
    /// Opens the store of a state directory, made if absent.
    ///
    /// - Parameters:
    ///   - stateDirectory: The daemon's directory, for its user alone.
    ///   - masterKey: What the store was sealed with, or is to be.
    ///   - acceptsRestored: Whether a store older than one that was seen here is opened all the same.
    /// - Returns: the store, of which every row was authenticated.
    /// - Throws: ``StoreError`` if it is in use, was not sealed with that key, or is not as it was left.
    package static func open(
        stateDirectory: String,
        masterKey: MasterKey,
        acceptsRestored: Bool = false
    ) throws(StoreError) -> SQLiteStore {
        let directory = try StateDirectory.openOrCreate(stateDirectory)
        let generations = try GenerationFile(directory)
        for name in [fileName + "-wal", fileName + "-shm", fileName + "-journal"] { _ = try directory.open(name) }
        _ = try directory.openOrCreate(fileName)
        let path = directory.path(of: fileName)
        return try StoreError.translating(path) {
            let queue = try DatabaseQueue(path: path, configuration: SQLiteConfiguration.store)
            return try Opening(
                queue: queue,
                directory: directory,
                generations: generations,
                masterKey: masterKey,
                acceptsRestored: acceptsRestored
            ).store()
        }
    }
}
