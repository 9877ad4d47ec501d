internal import Glibc
internal import PosternAudit
internal import PosternCertificates
internal import PosternConfig

/// Why a command failed, for people: lower case, without a full stop.
package struct CommandFailure: Error {
    package let message: String
    /// What to type or do next.
    package let hint: String?
    /// Whether the command was called wrongly, rather than that it failed.
    package let isUsage: Bool

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
        isUsage = false
    }

    /// The command was called wrongly, which only shows once it runs.
    package init(usage message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
        isUsage = true
    }

    /// Words for anything that a command can throw.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as AuditLogError: self.init(error.description, hint: error.hint)
        case let error as AuthorityError: self.init(error.description, hint: error.hint ?? CommandFailure.hint(error))
        case let error as ConfigError where error.problems.count == 1:
            self.init(error.line.map { "\(error.file):\($0): \(error.reason)" } ?? error.reason, hint: error.hint)
        default: self.init(String(describing: error))
        }
    }

    /// What helps a person, though not the daemon.
    private static func hint(_ error: AuthorityError) -> String? {
        guard case .system(_, _, EACCES) = error else { return nil }
        return "run the command as root, or as the user that posternd runs as"
    }

    /// The failure of a system call, with the text of what `errno` holds.
    static func system(_ message: String) -> CommandFailure {
        CommandFailure("\(message): \(String(cString: strerror(errno)).lowercased())")
    }

    /// The lines for standard error.
    package var text: String {
        "postern: error: \(Printable.text(message))\n" + (hint.map { "postern: hint: \(Printable.text($0))\n" } ?? "")
    }
}
