internal import Glibc
internal import PosternCore

/// The segment that is being written.
///
/// It grows by whole groups of lines, or not at all.
final class SegmentFile {
    let number: Int
    let path: String
    private let file: FileDescriptor
    private let durability: AuditSettings.Durability
    /// How many bytes belong to the log; behind them there may be what a failed write left.
    private(set) var size: Int
    /// Set when the remains of a failed write could not be cut off: nothing may be written behind them.
    private(set) var isBroken = false

    /// Opens a segment to append to it, or makes it.
    init(directory: AuditDirectory, number: Int, durability: AuditSettings.Durability) throws(AuditLogError) {
        self.number = number
        self.durability = durability
        path = directory.segmentPath(number)
        file = try FileDescriptor(opening: path, flags: O_WRONLY | O_CREAT | O_APPEND)
        size = Int(try file.status(path: path).st_size)
        if durability == .fsync { try directory.synchronize() }
    }

    /// Appends whole lines, and flushes them if the log is to survive a power loss.
    ///
    /// - Throws: if they could not be written in full; then none of them is part of the log.
    func append(_ lines: UnsafeRawBufferPointer) throws(AuditLogError) {
        do throws(AuditLogError) {
            try file.write(lines, path: path)
            if durability == .fsync, fdatasync(file.number) != 0 { throw AuditLogError.last("flush", path) }
        } catch {
            if ftruncate(file.number, off_t(size)) != 0 { isBroken = true }
            throw error
        }
        size += lines.count
    }
}
