internal import Glibc

/// Reads a file that decides what Postern does, after checking that nobody else could have written or seen it.
///
/// The checks are made on the open descriptor and the bytes are read from it, so that the file cannot be exchanged
/// in between.
struct CheckedFile {
    /// Its path.
    let path: String
    /// Whether it must belong to root or to the user that Postern runs as.
    var checksOwner = true
    /// The permission bits it must not have.
    let forbiddenMode: mode_t
    /// The most bytes it may hold.
    let maxBytes: Int

    /// Reads the whole file.
    func read() throws(Refusal) -> [UInt8] {
        // O_NONBLOCK: opening a FIFO in the file's place must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw openingRefusal(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Refusal("\(path) cannot be examined: \(SystemError.text(errno))")
        }
        try check(status)
        return try readAll(descriptor)
    }

    private func openingRefusal(_ error: Int32) -> Refusal {
        switch error {
        case ENOENT: Refusal("\(path) does not exist")
        case ELOOP: Refusal("\(path) is a symbolic link", hint: "name the file itself")
        default: Refusal("\(path) cannot be opened: \(SystemError.text(error))")
        }
    }

    private func check(_ status: stat) throws(Refusal) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw Refusal("\(path) is not a regular file") }
        if checksOwner { try FileOwner.check(status, path: path) }
        let mode = status.st_mode & 0o7777
        guard mode & forbiddenMode == 0 else {
            let kind = forbiddenMode & 0o044 == 0 ? "writable by others" : "open to others"
            throw Refusal(
                "\(path) is \(kind) (mode \(FileOwner.octal(mode)))",
                hint: "chmod \(FileOwner.octal(mode & ~forbiddenMode)) \(path)"
            )
        }
        guard status.st_size <= maxBytes else { throw tooLarge }
    }

    private func readAll(_ descriptor: Int32) throws(Refusal) -> [UInt8] {
        // One buffer of full size, so that growth leaves no copy of a secret behind.
        var bytes = [UInt8](repeating: 0, count: maxBytes + 1)
        var length = 0
        while length <= maxBytes {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Refusal("\(path) cannot be read: \(SystemError.text(errno))")
            }
            length += count
        }
        // It may have grown since it was examined.
        guard length <= maxBytes else { throw tooLarge }
        bytes.removeLast(bytes.count - length)
        return bytes
    }

    private var tooLarge: Refusal { Refusal("\(path) is larger than \(maxBytes) bytes") }
}
