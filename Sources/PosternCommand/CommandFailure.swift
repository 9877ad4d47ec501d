internal import Glibc

/// Why a command failed, for people: lower case, without a full stop.
package struct CommandFailure: Error {
    package let message: String
    /// What to type or do next.
    package let hint: String?
    /// Whether the command was called wrongly, rather than that it failed.
    package let isUsage: Bool
    /// The stable code of the daemon's refusal, if it was one.
    package let code: String?

    package init(_ message: String, hint: String? = nil) { self.init(message, hint: hint, code: nil) }

    /// A refusal of the daemon.
    package init(_ message: String, hint: String?, code: String?) {
        self.message = message
        self.hint = hint
        self.code = code
        isUsage = false
    }

    /// The command was called wrongly, which only shows once it runs.
    package init(usage message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
        code = nil
        isUsage = true
    }

    /// The failure of a system call, with the text of what `errno` holds.
    package static func system(_ message: String) -> CommandFailure {
        CommandFailure("\(message): \(String(cString: strerror(errno)).lowercased())")
    }

    /// The lines for standard error.
    package var text: String {
        "postern: error: \(Printable.text(message))\n" + (hint.map { "postern: hint: \(Printable.text($0))\n" } ?? "")
    }
}
