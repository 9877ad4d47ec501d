internal import Glibc

/// An open directory: files are reached through it, so that it cannot be exchanged after it was checked.
///
/// No link is followed, neither to the directory nor in it.
final class DirectoryDescriptor {
    /// Who may have been able to write a file, or to read it.
    enum Protection {
        /// Nobody but its owner, which is us or root, may read or write it.
        case ours
        /// Others may read it; whoever reads it here may be another user than the daemon.
        case readable
    }

    private static let maxFileBytes = 65_536

    private let number: Int32
    private let directory: AuthorityDirectory

    /// Opens the directory; `nil` if there is none.
    init?(_ directory: AuthorityDirectory) throws(AuthorityError) {
        self.directory = directory
        var result: Int32
        repeat {
            result = open(directory.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        } while result < 0
            && errno == EINTR
        number = result
        guard result >= 0 else {
            if errno == ENOENT { return nil }
            throw .last("open", directory.path)
        }
    }

    deinit { if number >= 0 { close(number) } }

    /// Makes the directory for this user alone, unless it is there.
    static func create(_ directory: AuthorityDirectory) throws(AuthorityError) {
        guard mkdir(directory.path, 0o700) == 0 || errno == EEXIST else { throw .last("create", directory.path) }
    }

    /// Refuses a directory in which others could put a file.
    func check() throws(AuthorityError) {
        let status = try DirectoryDescriptor.status(number, path: directory.path)
        try DirectoryDescriptor.checkOwner(status, path: directory.path)
        guard status.st_mode & 0o022 == 0 else {
            throw .exposed(
                path: directory.path,
                reason: "may be changed by other users",
                hint: "run `chmod 0700 \(directory.path)` as its owner, after finding out who could reach it"
            )
        }
    }

    /// Keeps other daemons out until the descriptor is closed, so that two that start at once make one authority.
    func lock() throws(AuthorityError) {
        var result: Int32
        repeat { result = flock(number, LOCK_EX) } while result < 0 && errno == EINTR
        guard result == 0 else { throw .last("lock", directory.path) }
    }

    /// Reads a small file after checking, on the open descriptor, what it is and who could have touched it; `nil` if
    /// there is none.
    func read(_ name: String, _ protection: Protection) throws(AuthorityError) -> [UInt8]? {
        let path = directory.path + "/" + name
        // O_NONBLOCK: opening a FIFO in the file's place must not wait for a writer.
        let file = openat(number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard file >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ELOOP: throw .unusable(path: path, reason: "is a symbolic link", directory)
            default: throw .last("open", path)
            }
        }
        defer { close(file) }
        let status = try DirectoryDescriptor.status(file, path: path)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unusable(path: path, reason: "is not a regular file", directory)
        }
        try DirectoryDescriptor.check(status, protection, path: path)
        guard status.st_size <= DirectoryDescriptor.maxFileBytes else {
            throw .unusable(path: path, reason: "is too large for what it should hold", directory)
        }
        return try DirectoryDescriptor.bytes(of: file, count: Int(status.st_size), path: path)
    }

    /// Writes a file under another name, flushes it, and then gives it its own, so that a crash leaves no half of it.
    func write(_ bytes: [UInt8], to name: String, mode: mode_t) throws(AuthorityError) {
        let path = directory.path + "/" + name
        let temporary = name + ".new"
        unlinkat(number, temporary, 0)
        let file = openat(number, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw .last("create", path) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last("write", path) }
            rest = rest.dropFirst(count)
        }
        // The mode as asked for, whatever the umask is.
        guard fchmod(file, mode) == 0, fsync(file) == 0, renameat(number, temporary, number, name) == 0,
            fsync(number) == 0
        else { throw .last("write", path) }
    }

    private static func check(_ status: stat, _ protection: Protection, path: String) throws(AuthorityError) {
        switch protection {
        case .ours:
            try checkOwner(status, path: path)
            guard status.st_mode & 0o077 == 0 else {
                throw .exposed(
                    path: path,
                    reason: "may be read by other users",
                    hint: "run `chmod 0600 \(path)` as its owner, after finding out who could read it"
                )
            }
        case .readable:
            guard status.st_mode & 0o022 == 0 else {
                throw .exposed(
                    path: path,
                    reason: "may be changed by other users",
                    hint: "run `chmod 0644 \(path)` as its owner, after finding out who could change it"
                )
            }
        }
    }

    private static func checkOwner(_ status: stat, path: String) throws(AuthorityError) {
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw .exposed(
                path: path,
                reason: "belongs to uid \(status.st_uid), which is neither root nor the user that runs Postern",
                hint: "find out why, then give it to uid \(geteuid()) with chown"
            )
        }
    }

    private static func status(_ file: Int32, path: String) throws(AuthorityError) -> stat {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .last("open", path) }
        return status
    }

    private static func bytes(of file: Int32, count: Int, path: String) throws(AuthorityError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var length = 0
        while length < count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress?.advanced(by: length), count - length)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .last("read", path) }
            if read == 0 { break }
            length += read
        }
        bytes.removeLast(count - length)
        return bytes
    }
}
