internal import Glibc

/// What a command says: data on standard output, talk on standard error.
package enum Output {
    /// Writes text to standard output at once, so that a reader of a pipe sees it.
    package static func write(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes bytes to standard output.
    package static func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0, to: STDOUT_FILENO) } }

    /// Writes text to standard error.
    package static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

    /// The time now, in nanoseconds since 1970.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Waits between two looks at a file that grows.
    package static func pause() { usleep(200_000) }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            // A reader that has gone away, as in `postern audit tail | head`, ends the command (SIGPIPE) or the text.
            if count <= 0 { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
