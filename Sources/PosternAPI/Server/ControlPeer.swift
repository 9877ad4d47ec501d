internal import CLinux
internal import Glibc
internal import NIOCore
internal import PosternConfig
internal import PosternCore
internal import Synchronization

/// Who is at the other end of a connection, as the kernel says.
struct ControlPeer: Sendable {
    let userID: UInt32

    /// Only the user that runs the daemon, and root, may administer it.
    var isOperator: Bool { userID == geteuid() || userID == 0 }

    /// As audit records name whoever administers.
    var `operator`: Operator { Operator(userID: userID, name: isOperator ? UserNames.shared.name(of: userID) : nil) }

    /// Asks for the peer of a connection; the future fails if the kernel does not say.
    static func of(_ channel: any Channel) -> EventLoopFuture<ControlPeer> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let credentials: EventLoopFuture<Credentials> = socket.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
        return credentials.map { ControlPeer(userID: $0.userID) }
    }

    /// `struct ucred`, which Glibc's module does not show: three numbers of four bytes.
    private struct Credentials: Sendable {
        var processID: Int32
        var userID: UInt32
        var groupID: UInt32
    }
}

/// The names of the few users that may administer, each looked up once.
private final class UserNames: Sendable {
    static let shared = UserNames()
    private let names = Mutex<[UInt32: String]>([:])

    func name(of userID: UInt32) -> String? {
        if let name = names.withLock({ $0[userID] }) { return name }
        guard let name = UserDatabase.name(of: userID) else { return nil }
        names.withLock { $0[userID] = name }
        return name
    }
}
