internal import Glibc

/// A file that was read, and that is replaced only while it is as it was.
package struct WatchedFile: Sendable {
    /// What a file has beside its bytes.
    package struct Attributes: Hashable, Sendable, Codable {
        package let mode: UInt32
        let user: UInt32
        let group: UInt32
        /// When it was last changed, in nanoseconds since 1970.
        let changedAt: Int64

        private enum CodingKeys: String, CodingKey {
            case mode, user, group
            case changedAt = "changed_at"
        }
    }

    /// Where it is once every link is followed.
    package let path: String
    package let bytes: [UInt8]
    package let attributes: Attributes
    private let device: UInt64
    private let inode: UInt64
    private let links: UInt64

    /// Reads a file.
    ///
    /// - Throws: ``FileFault`` if it is not a regular file, or too large.
    package init(_ named: String) throws(FileFault) {
        guard let real = realpath(named, nil) else { throw .system("cannot open \(named)") }
        defer { free(real) }
        path = String(cString: real)
        // O_NONBLOCK: opening a FIFO in its place must not wait for a writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw .system("cannot open \(path)") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .system("cannot examine \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileFault("\(path) is not a regular file") }
        bytes = try FileBytes.read(file, named: path, atMost: EditableDocument.maxBytes)
        attributes = Attributes(
            mode: status.st_mode & 0o7777,
            user: status.st_uid,
            group: status.st_gid,
            changedAt: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        )
        (device, inode, links) = (UInt64(status.st_dev), UInt64(status.st_ino), UInt64(status.st_nlink))
    }

    /// Whether there is a file to read.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Refuses what could not be replaced, before anything else is done; `forced` overrides a wish of the user's only.
    package func checkReplaceable(forced: Bool) throws(FileFault) {
        let directory = FileBytes.directory(of: path)
        guard access(directory, W_OK) == 0 else { throw .system("nothing can be written in \(directory)") }
        guard attributes.mode & 0o200 != 0 || forced else { throw FileFault("\(path) is read-only") }
        guard links == 1 || forced else { throw FileFault("\(path) has several names (hard links), which would part") }
        guard attributes.user == geteuid() || geteuid() == 0 else { throw FileFault("\(path) belongs to another user") }
    }

    /// Puts other bytes in its place, all at once, with its mode and owner, or with those given and their time.
    ///
    /// - Throws: ``FileFault`` if it was changed since it was read; it is as it was then.
    package func replace(by bytes: [UInt8], as given: Attributes? = nil) throws(FileFault) {
        let wanted = given ?? attributes
        var temporary = Array("\(path).postern-XXXXXX".utf8CString)
        let file = mkstemp(&temporary)
        guard file >= 0 else { throw .system("cannot create a file beside \(path)") }
        defer { close(file) }
        var isRenamed = false
        defer { if !isRenamed { unlink(temporary) } }
        try FileBytes.write(bytes, to: file, named: path)
        // The owner first: changing it clears bits of the mode.
        if wanted.user != geteuid() || wanted.group != getegid() {
            guard fchown(file, wanted.user, wanted.group) == 0 else {
                throw .system("cannot keep the owner of \(path)")
            }
        }
        guard fchmod(file, wanted.mode) == 0 else { throw .system("cannot keep the mode of \(path)") }
        if let given {
            let time = timespec(
                tv_sec: Int(given.changedAt / 1_000_000_000),
                tv_nsec: Int(given.changedAt % 1_000_000_000)
            )
            guard futimens(file, [time, time]) == 0 else { throw .system("cannot keep the time of \(path)") }
        }
        guard fsync(file) == 0 else { throw .system("cannot write \(path)") }
        let now = try WatchedFile(path)
        guard now.isUnchanged(since: self) else {
            throw FileFault("\(path) was changed meanwhile, and stays as it is")
        }
        guard rename(temporary, path) == 0 else { throw .system("cannot replace \(path)") }
        isRenamed = true
        try FileBytes.sync(directory: FileBytes.directory(of: path))
    }

    private func isUnchanged(since other: WatchedFile) -> Bool {
        path == other.path && device == other.device && inode == other.inode && attributes == other.attributes
            && bytes == other.bytes
    }
}
