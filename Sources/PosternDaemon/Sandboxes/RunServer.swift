internal import CLinux
internal import Foundation
internal import Glibc
internal import PosternCore
internal import PosternProxy
internal import PosternSandbox

/// The run socket, at which wrappers register the listeners that they made inside of sandboxes.
///
/// Each connection has a thread of its own, and is a sandbox's life.
final class RunServer: Sendable {
    private static let backlog: CInt = 512

    private let descriptor: CInt
    private let path: String
    private let file: postern_file
    private let desk: SandboxDesk
    /// Says to every thread that it is over.
    private let stopping: CInt
    private let places = RunPlaces()

    /// Opens the socket.
    ///
    /// Of those whom `mode` and the directories let in, who may do what is judged by user id.
    init(path: String, mode: UInt32, desk: SandboxDesk) throws {
        var made = postern_file()
        descriptor = postern_listen_packets(path, mode, RunServer.backlog, &made)
        guard descriptor >= 0 else {
            throw RunSocketError(path: path, reason: String(cString: strerror(errno)).lowercased())
        }
        self.path = path
        file = made
        self.desk = desk
        stopping = postern_eventfd()
    }

    /// Begins to serve, first what was there before a restart: `inherited` are sockets that the service manager handed
    /// over, by name.
    func start(_ inherited: [String: CInt]) {
        for (connection, opened) in desk.restore(inherited) {
            let userID = opened.sandbox.userID
            places.resume(userID)
            serve(connection) { [places] in
                $0.serve(opened)
                places.unsettle(userID)
                places.leave(userID)
            }
        }
        let thread = Thread { [self] in acceptAll() }
        thread.name = "postern-run"
        thread.stackSize = 1 << 19
        thread.start()
    }

    /// Takes no more sandboxes, and nothing more from those that are there.
    func stop() {
        var one: UInt64 = 1
        _ = write(stopping, &one, 8)
        var file = file
        postern_remove_file(path, &file)
    }

    private func acceptAll() {
        while true {
            var wanted = [pollfd(descriptor, POLLIN), pollfd(stopping, POLLIN)]
            guard poll(&wanted, 2, -1) >= 0 || errno == EINTR else { break }
            if wanted[1].revents != 0 { break }
            var address = sockaddr_storage()
            var length = socklen_t(0)
            let client = postern_accept(descriptor, &address, &length)
            guard client >= 0 else {
                if errno == EMFILE || errno == ENFILE { usleep(200_000) }
                continue
            }
            var userID: UInt32 = 0
            var processID: Int32 = 0
            guard postern_peer_credentials(client, &userID, &processID) == 0, places.enter(userID) else {
                RunConnection.refuse(client, RunPlaces.none)
                close(client)
                continue
            }
            serve(client) { [places, userID] in
                $0.run()
                places.leave(userID)
            }
        }
        close(descriptor)
    }

    private func serve(_ client: CInt, _ body: @escaping @Sendable (RunConnection) -> Void) {
        let thread = Thread { [self] in
            body(RunConnection(client, desk: desk, places: places, stopping: stopping))
            close(client)
        }
        thread.name = "postern-sandbox"
        thread.stackSize = 1 << 19
        thread.start()
    }
}

/// The run socket could not be opened.
struct RunSocketError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "cannot listen on \(path), where `postern run` looks for posternd: \(reason)" }
}

extension pollfd {
    init(_ descriptor: CInt, _ events: CInt) {
        self.init(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    }
}
