internal import Glibc

/// The directory of an audit log and the names of the files in it.
///
///     audit-000001.jsonl …   segments, in order; only ever appended to
///     lock                   held by the daemon that writes
///     signing-key            the Ed25519 key of the checkpoints, mode 0600
///     signing-key.pub        its public half, after those of the keys before it
package struct AuditDirectory: Hashable, Sendable {
    package let path: String

    /// The directory of the log that belongs to a daemon's state directory.
    package init(stateDirectory: String) { path = stateDirectory + "/audit" }

    package var lockPath: String { path + "/lock" }
    package var keyPath: String { path + "/signing-key" }
    package var publicKeyPath: String { path + "/signing-key.pub" }

    /// Where a segment is; segments are numbered from 1.
    package func segmentPath(_ number: Int) -> String { path + "/" + AuditDirectory.segmentName(number) }

    /// The file name of a segment, with at least six digits.
    package static func segmentName(_ number: Int) -> String {
        let digits = String(number)
        return "audit-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".jsonl"
    }

    /// The numbers of the segments that exist, ascending.
    package func segments() throws(AuditLogError) -> [Int] {
        guard let directory = opendir(path) else {
            throw errno == ENOENT ? .absent(path: path) : .last("read", path)
        }
        defer { closedir(directory) }
        var numbers: [Int] = []
        while let entry = readdir(directory) {
            let number = withUnsafeBytes(of: &entry.pointee.d_name) { name in
                AuditDirectory.segmentNumber(name.prefix { $0 != 0 })
            }
            if let number { numbers.append(number) }
        }
        return numbers.sorted()
    }

    private static func segmentNumber(_ name: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let number = Int(String(decoding: name.dropFirst(6).dropLast(6), as: UTF8.self)), number > 0,
            name.elementsEqual(segmentName(number).utf8)
        else { return nil }
        return number
    }

    /// Makes the directory, and those above it, for the user alone.
    ///
    /// - Throws: ``AuditLogError/exposed(path:reason:)`` if others may write to it.
    func create() throws(AuditLogError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            if mkdir(String(path[..<end]), 0o700) != 0, errno != EEXIST { throw .last("create", String(path[..<end])) }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last("open", path) }
        if status.st_mode & 0o022 != 0 { throw .exposed(path: path, reason: "may be changed by other users") }
    }

    /// Takes the lock that keeps a second daemon out.
    ///
    /// It lasts until the descriptor is closed, and ends with the process.
    func lock() throws(AuditLogError) -> FileDescriptor {
        let file = try FileDescriptor(opening: lockPath, flags: O_RDWR | O_CREAT)
        // Readers touch the lock for a moment to see whether it is held; that must not keep a daemon from starting.
        for attempt in 1...5 {
            if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return file }
            guard errno == EWOULDBLOCK else { throw .last("lock", lockPath) }
            if attempt < 5 { usleep(20_000) }
        }
        throw .locked(path: path)
    }

    /// Whether a daemon holds the lock now.
    package func isBeingWritten() -> Bool {
        guard let file = try? FileDescriptor(opening: lockPath, flags: O_RDONLY) else { return false }
        return flock(file.number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Makes the names of new files survive a power loss.
    func synchronize() throws(AuditLogError) {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
        guard fsync(file.number) == 0 else { throw .last("flush", path) }
    }
}
