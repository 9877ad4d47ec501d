internal import Glibc

/// Why a file cannot be read, kept or replaced.
package struct FileFault: Error, Hashable, Sendable {
    package let message: String

    package init(_ message: String) { self.message = message }

    /// With the text of what `errno` holds.
    static func system(_ message: String) -> FileFault {
        FileFault("\(message): \(String(cString: strerror(errno)).lowercased())")
    }
}
