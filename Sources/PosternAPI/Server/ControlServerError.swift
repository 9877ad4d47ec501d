/// Why the control socket cannot be served.
package enum ControlServerError: Error, Hashable, Sendable {
    /// A socket's path cannot be as long.
    case pathTooLong(path: String, limit: Int)
    /// Others may put something else in the socket's place.
    case unsafeDirectory(path: String, reason: String)
    /// Another process serves it.
    case inUse(path: String)
    case cannotListen(path: String, reason: String)
}

extension ControlServerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .pathTooLong(let path, let limit): "the control socket's path is longer than \(limit) bytes: \(path)"
        case .unsafeDirectory(let path, let reason): "the control socket's directory \(path) \(reason)"
        case .inUse(let path): "another process serves the control socket \(path)"
        case .cannotListen(let path, let reason): "the control socket \(path) cannot be opened: \(reason)"
        }
    }
}
