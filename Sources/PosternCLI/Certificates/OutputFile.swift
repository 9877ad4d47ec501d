internal import Glibc
package import PosternCommand

/// Where a command puts data that others are to read: a file, or standard output.
package enum OutputFile {
    /// Writes a file that everybody may read, whole or not at all, or standard output where no path is given.
    ///
    /// - Throws: where something that is not a regular file has the name, such as a link or a device, and where binary
    ///   data would go to a terminal.
    package static func write(_ bytes: [UInt8], to path: String?, isText: Bool) throws(CommandFailure) {
        guard let path else {
            guard isText || isatty(STDOUT_FILENO) == 0 else {
                throw CommandFailure("this format is not for a terminal", hint: "name a file with --output")
            }
            Output.write(bytes)
            return
        }
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw CommandFailure("\(path) is there and is not a regular file", hint: "name another file")
            }
        } else if errno != ENOENT {
            throw .system("cannot write \(path)")
        }
        var temporary = Array("\(path).XXXXXX".utf8CString)
        let file = mkstemp(&temporary)
        guard file >= 0 else { throw .system("cannot create a file beside \(path)") }
        defer { close(file) }
        guard write(bytes, to: file), fchmod(file, 0o644) == 0, fsync(file) == 0, rename(temporary, path) == 0 else {
            let failure = CommandFailure.system("cannot write \(path)")
            unlink(temporary)
            throw failure
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
