/// Why a control request has no answer, or a refusal for one.
package enum ControlError: Error, Hashable, Sendable {
    /// Nobody listens on the socket.
    case notRunning(path: String)
    /// The socket may not be opened.
    case permissionDenied(path: String)
    /// A socket's path cannot be as long.
    case pathTooLong(path: String)
    /// The daemon refuses; the code is stable.
    case refused(status: Int, code: String, message: String, hint: String?)
    /// There was no answer in time. What was asked for may have been done.
    case timedOut
    /// The connection broke, or what came is no answer of posternd.
    case brokenAnswer(reason: String)
    /// The request could not be written as JSON.
    case unsendable(reason: String)
}

extension ControlError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notRunning(let path): "posternd does not listen on \(path)"
        case .permissionDenied(let path): "no permission to open \(path)"
        case .pathTooLong(let path): "the socket path \(path) is longer than \(ControlClient.maxSocketPathBytes) bytes"
        case .refused(_, _, let message, _): message
        case .timedOut: "posternd did not answer in time"
        case .brokenAnswer(let reason): "the answer of posternd cannot be used: \(reason)"
        case .unsendable(let reason): "the request cannot be sent: \(reason)"
        }
    }

    /// What to do about it.
    package var hint: String? {
        switch self {
        case .notRunning: "start posternd (of a user: `posternd --user`), or name its control socket by --socket"
        case .permissionDenied: "run this as the user who runs posternd, or as root"
        case .pathTooLong: "use a state directory with a shorter path"
        case .refused(_, _, _, let hint): hint
        case .timedOut: "look whether it was done before you try again"
        case .brokenAnswer: "are postern and posternd of the same version?"
        case .unsendable: nil
        }
    }
}
