internal import Glibc
internal import PosternCore

/// The daemon's state directory, open: what is in it belongs to this user alone, and no link in it is followed.
///
/// The directory itself may be reached through a link, as systemd makes one for a dynamic user.
final class StateDirectory {
    let path: String
    private let number: Int32

    /// Opens the directory after checking that no other user can put a file in it.
    init(_ path: String) throws(StoreError) {
        self.path = path
        number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .last("opened", path) }
        let status = try status(of: number, path: path)
        try checkOwner(status, path: path)
        guard status.st_mode & 0o022 == 0 else {
            throw .unavailable(reason: "\(path) may be changed by other users; run `chmod 0700 \(path)`")
        }
    }

    deinit { if number >= 0 { close(number) } }

    /// Opens the directory, made if absent.
    static func openOrCreate(_ path: String) throws(StoreError) -> StateDirectory {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .last("created", path) }
        return try StateDirectory(path)
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// Opens a file of ours; `nil` if there is none.
    func open(_ name: String, flags: Int32 = O_RDONLY) throws(StoreError) -> File? {
        let path = path(of: name)
        // O_NONBLOCK: opening a FIFO in the file's place must not wait for a writer.
        let descriptor = openat(number, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o600 as mode_t)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ELOOP: throw .unavailable(reason: "\(path) is a symbolic link")
            default: throw .last("opened", path)
            }
        }
        let file = File(number: descriptor, path: path)
        let status = try status(of: descriptor, path: path)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unavailable(reason: "\(path) is not a regular file")
        }
        guard status.st_nlink == 1 else { throw .unavailable(reason: "\(path) has a second name") }
        try checkOwner(status, path: path)
        guard status.st_mode & 0o077 == 0 else {
            throw .unavailable(reason: "\(path) may be read by other users; run `chmod 0600 \(path)`")
        }
        return file
    }

    /// Opens a file of ours, made if absent, to read and write it.
    func openOrCreate(_ name: String) throws(StoreError) -> File {
        guard let file = try open(name, flags: O_RDWR | O_CREAT) else { throw .last("created", path(of: name)) }
        return file
    }

    /// Whether there is anything of this name.
    func contains(_ name: String) -> Bool {
        faccessat(number, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Writes a file that must not be there yet, and flushes it.
    func create(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        guard let file = try open(name, flags: O_WRONLY | O_CREAT | O_EXCL) else {
            throw .last("created", path(of: name))
        }
        // The mode as asked for, whatever the umask is.
        guard fchmod(file.number, 0o600) == 0 else { throw .last("created", path(of: name)) }
        try file.write(bytes)
        try file.flush()
    }

    /// Gives a file the name of another, which it replaces.
    func rename(_ name: String, to other: String) throws(StoreError) {
        guard renameat(number, name, number, other) == 0 else { throw .last("renamed", path(of: name)) }
    }

    /// Removes a file if there is one.
    func remove(_ name: String) throws(StoreError) {
        guard unlinkat(number, name, 0) == 0 || errno == ENOENT else { throw .last("removed", path(of: name)) }
    }

    /// Makes the names of the files durable.
    func flush() throws(StoreError) {
        guard fsync(number) == 0 else { throw .last("flushed", path) }
    }
}

private func status(of descriptor: Int32, path: String) throws(StoreError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last("examined", path) }
    return status
}

private func checkOwner(_ status: stat, path: String) throws(StoreError) {
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
        throw .unavailable(
            reason: "\(path) belongs to uid \(status.st_uid), which is neither root nor the user that runs Postern"
        )
    }
}

extension StoreError {
    /// What `errno` says about a file.
    static func last(_ what: String, _ path: String) -> StoreError {
        .unavailable(reason: "\(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
