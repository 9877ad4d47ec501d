package import PosternCore

/// Puts a new master key in the place of the one in a file.
///
/// After each step, and within it, what is in the file opens the store; opening it undoes or ends what was begun.
package final class MasterKeyRotation {
    /// One of them.
    package enum Step: CaseIterable {
        /// A new key is written beside the old one.
        case write
        /// The store is wrapped with both.
        case wrap
        /// The new key takes the place of the old one.
        case replace
        /// Only the new key opens the store.
        case drop
    }

    private let store: SQLiteStore
    private let file: MasterKeyFile
    private var key: MasterKey?
    private var wrapID: String?

    /// Prepares the change of the key in `file`, which opens `store`.
    package init(store: SQLiteStore, file: MasterKeyFile) {
        self.store = store
        self.file = file
    }

    /// Does one step, in their order.
    package func perform(_ step: Step) throws(StoreError) {
        switch step {
        case .write: key = try file.writeNext()
        case .wrap:
            guard let key else { preconditionFailure("no key was written") }
            wrapID = try store.addWrap(key)
        case .replace: try file.replaceByNext()
        case .drop:
            guard let wrapID else { preconditionFailure("nothing was wrapped") }
            try store.dropWraps(except: wrapID)
        }
    }
}
