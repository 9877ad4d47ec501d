/// Why the store could not do what it was asked.
package enum StoreError: Error, Hashable, Sendable {
    /// The master key is not the one with which the store was sealed.
    case wrongMasterKey
    /// A row is not as it was written: the table, and the row's id.
    case tampered(table: String, id: String)
    /// The database is damaged.
    case corrupt(reason: String)
    /// The store is older than it was when last seen, or nothing says how old that was.
    case rolledBack(generation: Int, seen: Int?)
    /// The store was written by a newer version.
    case tooNew(version: String)
    /// Another process has the store open.
    case inUse(path: String)
    /// A value that must be unique is taken, or one that is referred to is missing.
    case conflict(table: String)
    /// The system refuses: no room, no permission.
    case unavailable(reason: String)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongMasterKey: "the master key is not the one with which the store was sealed"
        case .tampered(let table, let id): "row \(id) of \(table) is not as it was written"
        case .corrupt(let reason): "the store is damaged: \(reason)"
        case .rolledBack(let generation, nil):
            "the store is of generation \(generation), but store.generation, which says whether that is the newest, is missing"
        case .rolledBack(let generation, let seen?):
            "the store is of generation \(generation), but generation \(seen) has been seen: an older copy was put in its place"
        case .tooNew(let version): "the store was written by a newer Postern (\(version))"
        case .inUse(let path): "\(path) is in use by another process"
        case .conflict(let table): "a row of \(table) conflicts with another one"
        case .unavailable(let reason): "the store cannot be used: \(reason)"
        }
    }

    /// What to do about it.
    package var hint: String? {
        switch self {
        case .wrongMasterKey: "give it the key that it had; no other opens it"
        case .rolledBack: "if you restored a backup on purpose, start once with --accept-restored-store"
        case .tooNew: "install that version, or restore a backup of the store"
        case .tampered, .corrupt: "restore the state directory from a backup"
        case .inUse: "is another posternd running on the same state directory?"
        case .conflict, .unavailable: nil
        }
    }
}
