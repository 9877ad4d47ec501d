internal import Glibc

/// Why the audit log cannot be opened, written or read.
package enum AuditLogError: Error, Equatable {
    /// A system call failed.
    case system(operation: String, path: String, code: Int32)
    /// Another daemon writes this log.
    case locked(path: String)
    /// The last records cannot be understood, so the chain cannot be continued.
    case damaged(path: String, reason: String)
    /// A file or directory that others may change or read.
    case exposed(path: String, reason: String)
    /// The key file does not hold an Ed25519 key.
    case malformedKey(path: String)
    /// There is no log here.
    case absent(path: String)

    /// What to do about it, as a sentence without a full stop.
    package var hint: String? {
        switch self {
        case .system: nil
        case .locked: "stop the other posternd, or give this one a state_dir of its own"
        case .damaged:
            "run `postern audit verify` and keep the files; to start a new log, move the audit directory aside"
        case .exposed(let path, _): "run `chmod go-rwx \(path)` as its owner, after finding out who could reach it"
        case .malformedKey: "restore the key from a copy, or move it aside to have a new one made"
        case .absent: "name the daemon's state directory with --state-dir"
        }
    }

    /// The error for what `errno` holds.
    static func last(_ operation: String, _ path: String) -> AuditLogError {
        .system(operation: operation, path: path, code: errno)
    }
}

extension AuditLogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let operation, let path, let code): "cannot \(operation) \(path): \(systemMessage(code))"
        case .locked(let path): "another daemon is writing the audit log in \(path)"
        case .damaged(let path, let reason): "the audit log cannot be continued: \(path) \(reason)"
        case .exposed(let path, let reason): "\(path) \(reason)"
        case .malformedKey(let path): "\(path) does not hold an Ed25519 key"
        case .absent(let path): "there is no audit log in \(path)"
        }
    }
}

/// The system's text for an error number, in lower case.
func systemMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    return buffer.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else { return "error \(code)" }
        return String(cString: base).lowercased()
    }
}
