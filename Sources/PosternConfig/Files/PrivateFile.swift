internal import Glibc

/// Makes files that only their owner may read, whole or not at all.
enum PrivateFile {
    /// Writes a file that is not there yet; if another process was faster, its file stays.
    ///
    /// It is written beside its name and then given the name, so that a crash leaves no half of it.
    static func create(_ path: String, _ bytes: [UInt8]) throws(Refusal) {
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw refusal("created", path) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        // A few bytes into a new file are written at once, or there is no room.
        guard bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count,
            fsync(descriptor) == 0
        else { throw refusal("written", path) }
        guard link(draft, path) == 0 || errno == EEXIST else { throw refusal("created", path) }
    }

    /// Makes a directory and those above it, for the user alone.
    static func createDirectory(_ path: String) throws(Refusal) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            if mkdir(part, 0o700) != 0, errno != EEXIST { throw refusal("created", part) }
        }
    }

    private static func refusal(_ what: String, _ path: String) -> Refusal {
        Refusal("\(path) cannot be \(what): \(SystemError.text(errno))")
    }
}
