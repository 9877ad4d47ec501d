internal import Glibc

/// An open file, closed when the last reference goes.
final class FileDescriptor: Sendable {
    let number: Int32

    /// Opens a file; one that is created is for its owner alone.
    ///
    /// Symbolic links are not followed: nobody may choose where the log is written.
    init(opening path: String, flags: Int32) throws(AuditLogError) {
        var result: Int32
        repeat { result = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600) } while result < 0 && errno == EINTR
        guard result >= 0 else { throw .last("open", path) }
        number = result
    }

    deinit { close(number) }

    /// The status of the file.
    func status(path: String) throws(AuditLogError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last("open", path) }
        return status
    }

    /// Reads up to a buffer's length at an offset; fewer bytes only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int, path: String) throws(AuditLogError) -> Int {
        var total = 0
        while total < buffer.count {
            let count = pread(number, buffer.baseAddress?.advanced(by: total), buffer.count - total, offset + total)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            if count == 0 { break }
            total += count
        }
        return total
    }

    /// Writes all bytes at the end of the file (or where it stands).
    func write(_ bytes: UnsafeRawBufferPointer, path: String) throws(AuditLogError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(number, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw count == 0 ? .system(operation: "write", path: path, code: EIO) : .last("write", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
