internal import CLinux
internal import Glibc
internal import PosternCore
internal import PosternEventLoop

/// One event loop's part in accepting the connections of a listener.
final class ListeningSocket: ReadinessHandler {
    /// Connections accepted in one turn, so that a flood of them leaves the loop time for those it has.
    private static let maxPerTurn = 64

    let id: ListenerID
    private let socket: ListeningDescriptor
    private let port: UInt16?
    private unowned let worker: ProxyWorker
    private var registration: EventLoop.Registration?
    private lazy var retry: Deadline = Deadline { [unowned self] in start() }

    init(_ socket: ListeningDescriptor, worker: ProxyWorker) {
        self.socket = socket
        self.worker = worker
        id = socket.id
        port = socket.port == 0 ? nil : socket.port
        start()
    }

    func stop() {
        worker.loop.cancel(retry)
        if let registration { worker.loop.deregister(registration, socket.descriptor) }
        registration = nil
    }

    func descriptorIsReady(_ readiness: Readiness) {
        for _ in 0..<ListeningSocket.maxPerTurn {
            var storage = sockaddr_storage()
            var length = socklen_t(0)
            let descriptor = postern_accept(socket.descriptor, &storage, &length)
            if descriptor >= 0 {
                accepted(descriptor, storage)
                continue
            }
            switch errno {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                // The connection stays in the backlog, so the listener stays ready: look away for a while instead of
                // spinning, and let connections that end make room.
                stop()
                worker.loop.set(retry, after: .milliseconds(200))
            case EINTR, ECONNABORTED: continue
            default: break
            }
            return
        }
    }

    private func start() {
        registration = try? worker.loop.register(socket.descriptor, .listener, handler: self)
        if registration == nil { worker.loop.set(retry, after: .milliseconds(200)) }
    }

    private func accepted(_ descriptor: CInt, _ storage: sockaddr_storage) {
        guard let peer = Peer(of: descriptor, address: storage) else {
            close(descriptor)
            return
        }
        worker.serve(descriptor, ClientSource(peer: peer, listener: id, port: port))
    }
}

extension Peer {
    /// Asks the kernel who connected; `nil` for a family that no listener has.
    init?(of descriptor: CInt, address: sockaddr_storage) {
        var address = address
        switch CInt(address.ss_family) {
        case AF_UNIX:
            var userID: UInt32 = 0
            var processID: Int32 = 0
            guard postern_peer_credentials(descriptor, &userID, &processID) == 0 else { return nil }
            self.init(origin: .process(userID: userID, processID: processID))
        case AF_INET:
            let (bytes, port) = withUnsafeBytes(of: &address) { raw in
                let v4 = raw.loadUnaligned(as: sockaddr_in.self)
                return (withUnsafeBytes(of: v4.sin_addr) { Array($0) }, UInt16(bigEndian: v4.sin_port))
            }
            guard let ip = IPAddress(bytes: bytes) else { return nil }
            self.init(origin: .address(ip, port: port))
        case AF_INET6:
            let (bytes, port) = withUnsafeBytes(of: &address) { raw in
                let v6 = raw.loadUnaligned(as: sockaddr_in6.self)
                return (withUnsafeBytes(of: v6.sin6_addr) { Array($0) }, UInt16(bigEndian: v6.sin6_port))
            }
            guard let ip = IPAddress(bytes: bytes) else { return nil }
            self.init(origin: .address(ip, port: port))
        default: return nil
        }
    }
}
