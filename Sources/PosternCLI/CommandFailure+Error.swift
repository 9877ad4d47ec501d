internal import Glibc
internal import PosternAudit
internal import PosternCertificates
package import PosternCommand
internal import PosternConfig
internal import PosternMCP

extension CommandFailure {
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
}
