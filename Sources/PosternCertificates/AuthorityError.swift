internal import Glibc
internal import PosternCore

/// Why the local certificate authority cannot be made, loaded or used.
package enum AuthorityError: Error, Equatable {
    /// A system call failed.
    case system(operation: String, path: String, code: Int32)
    /// There is no authority here.
    case absent(AuthorityDirectory)
    /// There is a certificate and no key for it.
    case keyMissing(AuthorityDirectory)
    /// A file or directory that others may change or read.
    case exposed(path: String, reason: String, hint: String)
    /// A file that does not hold what it should.
    case unusable(path: String, reason: String, AuthorityDirectory)
    /// The certificate's time is over; in nanoseconds since 1970.
    case expired(AuthorityDirectory, at: Int64)
    /// The certificate's time has not begun; in nanoseconds since 1970.
    case notYetValid(AuthorityDirectory, from: Int64)
    /// A certificate could not be put together or signed.
    case signing(reason: String)

    /// What to do about it, as a sentence without a full stop.
    package var hint: String? {
        switch self {
        case .system, .signing: nil
        case .absent:
            "posternd makes it on its first start; name its state directory with --state-dir"
        case .keyMissing(let directory): "restore \(directory.keyPath) from a copy, or \(directory.replacement)"
        case .exposed(_, _, let hint): hint
        case .unusable(_, _, let directory): "restore it from a copy, or \(directory.replacement)"
        case .expired(let directory, _): directory.replacement
        case .notYetValid: "set the clock of this machine"
        }
    }

    /// The error for what `errno` holds.
    static func last(_ operation: String, _ path: String) -> AuthorityError {
        .system(operation: operation, path: path, code: errno)
    }
}

extension AuthorityError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "cannot \(operation) \(path): \(String(cString: strerror(code)).lowercased())"
        case .absent(let directory): "there is no certificate authority in \(directory.path)"
        case .keyMissing(let directory): "\(directory.certificatePath) is there, but not its key \(directory.keyPath)"
        case .exposed(let path, let reason, _): "\(path) \(reason)"
        case .unusable(let path, let reason, _): "\(path) \(reason)"
        case .expired(let directory, let time):
            "the certificate authority \(directory.certificatePath) expired at \(Timestamp.text(time))"
        case .notYetValid(let directory, let time):
            "the certificate authority \(directory.certificatePath) is not valid before \(Timestamp.text(time))"
        case .signing(let reason): "a certificate cannot be made: \(reason)"
        }
    }
}
