internal import Glibc
internal import PosternCore

/// An open file, closed when it is dropped.
final class File {
    let number: Int32
    let path: String

    init(number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    /// Reads the first bytes of the file.
    ///
    /// - Returns: how many there are, at most as many as there is room for.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        var length = 0
        while length < buffer.count {
            let rest = buffer.baseAddress?.advanced(by: length)
            let count = pread(number, rest, buffer.count - length, off_t(length))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            if count == 0 { break }
            length += count
        }
        return length
    }

    /// Writes over the first bytes of the file.
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var length = 0
        while length < bytes.count {
            let rest = bytes.baseAddress?.advanced(by: length)
            let count = pwrite(number, rest, bytes.count - length, off_t(length))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last("written", path) }
            length += count
        }
    }

    /// Makes what was written durable.
    func flush() throws(StoreError) {
        guard fsync(number) == 0 else { throw .last("flushed", path) }
    }

    /// Keeps other processes out until the file is closed or unlocked.
    func lock() throws(StoreError) {
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .inUse(path: path) : .last("locked", path)
        }
    }

    /// Lets other processes in.
    func unlock() { flock(number, LOCK_UN) }
}
