internal import Glibc

/// The user's folder of what configuration files held before: it holds the keys, so it is for the user alone.
///
/// For each import of a file: `ID.json` says which file and what was stored, `ID.before` and `ID.after` are its bytes.
package struct BackupFolder: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Keeps what a file held; durable when this returns.
    package func keep(_ backup: Backup, before: [UInt8], after: [UInt8]) throws(FileFault) {
        try makeDirectory()
        try write(before, "\(backup.id).before")
        try write(after, "\(backup.id).after")
        try write(backup.json, "\(backup.id).json")
        try FileBytes.sync(directory: path)
    }

    /// All of them, the oldest first.
    package func all() throws(FileFault) -> [Backup] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .system("cannot open \(path)")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".json") { names.append(name) }
        }
        var backups: [Backup] = []
        for name in names.sorted() {
            guard let backup = Backup(json: try read(name)) else { throw FileFault("\(path)/\(name) is damaged") }
            backups.append(backup)
        }
        return backups
    }

    /// What the file held.
    package func before(_ backup: Backup) throws(FileFault) -> [UInt8] { try read("\(backup.id).before") }

    /// What the import wrote.
    package func after(_ backup: Backup) throws(FileFault) -> [UInt8] { try read("\(backup.id).after") }

    /// Notes that the file was put back.
    package func markRestored(_ backup: Backup) throws(FileFault) {
        var restored = backup
        restored.isRestored = true
        try write(restored.json, "\(backup.id).json")
        try FileBytes.sync(directory: path)
    }

    /// Deletes one, the keys first.
    package func forget(_ backup: Backup) throws(FileFault) {
        for name in ["before", "after", "json"] {
            guard unlink("\(path)/\(backup.id).\(name)") == 0 || errno == ENOENT else {
                throw .system("cannot delete \(path)/\(backup.id).\(name)")
            }
        }
        try FileBytes.sync(directory: path)
    }

    /// A name that no other has, and that sorts behind those before: the time, and the process.
    package static func newID() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let nanoseconds = String(now.tv_nsec)
        return "\(now.tv_sec)-\(String(repeating: "0", count: 9 - nanoseconds.count))\(nanoseconds)-\(getpid())"
    }

    private func makeDirectory() throws(FileFault) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            if mkdir(part, 0o700) != 0, errno != EEXIST { throw .system("cannot create \(part)") }
        }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
            throw FileFault("\(path) is not a directory of yours")
        }
        guard chmod(path, 0o700) == 0 else { throw .system("cannot close \(path) to others") }
    }

    private func write(_ bytes: [UInt8], _ name: String) throws(FileFault) {
        let draft = "\(path)/.\(name).new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .system("cannot create \(draft)") }
        defer { close(file) }
        try FileBytes.write(bytes, to: file, named: draft)
        guard rename(draft, "\(path)/\(name)") == 0 else { throw .system("cannot write \(path)/\(name)") }
    }

    private func read(_ name: String) throws(FileFault) -> [UInt8] {
        let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw .system("cannot open \(path)/\(name)") }
        defer { close(file) }
        // What an import wrote is a little longer than what it read.
        return try FileBytes.read(file, named: "\(path)/\(name)", atMost: 2 * EditableDocument.maxBytes)
    }
}
