internal import PosternCore
internal import Synchronization

/// The directory in force, for whoever decides outside of the event loops.
final class PublishedDirectory: DirectoryView {
    private let current: Mutex<Directory>

    init(_ directory: Directory) { current = Mutex(directory) }

    var directory: Directory { current.withLock { $0 } }

    /// Shows another one from now on.
    func publish(_ directory: Directory) { current.withLock { $0 = directory } }
}
