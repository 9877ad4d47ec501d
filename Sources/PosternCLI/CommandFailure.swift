internal import Glibc
internal import PosternAudit
internal import PosternCertificates
internal import PosternConfig
internal import PosternMCP

/// Why a command failed, for people: lower case, without a full stop.
package struct CommandFailure: Error {
    package let message: String
    /// What to type or do next.
    package let hint: String?
    /// Whether the command was called wrongly, rather than that it failed.
    package let isUsage: Bool
    /// The stable code of the daemon's refusal, if it was one.
    let code: String?

    package init(_ message: String, hint: String? = nil) { self.init(message, hint: hint, code: nil) }

    /// A refusal of the daemon.
    init(_ message: String, hint: String?, code: String?) {
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

    /// Words for anything that a command can throw.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as FileFault: self.init(error.message)
        case let error as DocumentFault: self.init(error.description)
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
