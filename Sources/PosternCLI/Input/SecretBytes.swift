internal import CLinux
internal import Glibc
package import PosternCommand
package import PosternCore

/// Reads a secret from a file or from standard input, and leaves no copy of it behind.
package enum SecretBytes {
    /// The most that is taken.
    package static let maxBytes = 65_536

    /// Reads a file; `-` is standard input.
    ///
    /// One line end at the end, as editors and `echo` leave it, is not part of the secret.
    package static func read(path: String) throws(CommandFailure) -> Secret {
        let secret = try contents(of: path) { bytes in
            var end = bytes.count
            if end > 0, bytes[end - 1] == 0x0a { end -= 1 }
            if end > 0, end < bytes.count, bytes[end - 1] == 0x0d { end -= 1 }
            return Secret(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
        guard secret.count > 0 else {
            throw CommandFailure("\(path == "-" ? "standard input" : path) is empty", hint: "it should hold the secret")
        }
        return secret
    }

    /// Keeps what this process holds out of core dumps and from other processes of the user.
    ///
    /// A secret is read to be sent on, and the text in which it is sent cannot be wiped everywhere.
    static func forbidDumps() {
        // Best effort: a command that cannot do it is still short.
        _ = postern_forbid_dumps()
    }

    /// Calls `body` with all bytes of a file, `-` being standard input, and overwrites them afterwards.
    static func contents<Result>(
        of path: String,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(CommandFailure) -> Result {
        if path == "-" { return try withContents(of: STDIN_FILENO, name: "standard input", body) }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else { throw .system("cannot open \(path)") }
        defer { close(file) }
        return try withContents(of: file, name: path, body)
    }

    /// Calls `body` with all bytes of a descriptor, and overwrites them afterwards.
    private static func withContents<Result>(
        of file: Int32,
        name: String,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(CommandFailure) -> Result {
        forbidDumps()
        // Of full size, and one more to see that there is too much: growth would leave copies behind.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: maxBytes + 1, alignment: 1)
        defer {
            postern_explicit_bzero(buffer.baseAddress, buffer.count)
            buffer.deallocate()
        }
        var length = 0
        while length < buffer.count {
            let count = Glibc.read(file, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("cannot read \(name)") }
            if count == 0 { break }
            length += count
        }
        guard length <= maxBytes else { throw CommandFailure("\(name) holds more than \(maxBytes) bytes") }
        return body(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
    }
}
