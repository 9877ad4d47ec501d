internal import CLinux
internal import Glibc
package import PosternCore

/// A socket that is bound and listens, shared by all event loops, and unbound when the last of them lets go.
package final class ListeningDescriptor: Sendable {
    package let id: ListenerID
    let descriptor: CInt
    /// Which file a unix socket is, so that only that one is removed at the end.
    private let file: postern_file?

    /// The port it got, for TCP; 0 for a unix socket.
    package var port: UInt16 { UInt16(clamping: postern_local_port(descriptor)) }

    /// Where it listens, with the port it got, whoever opened it.
    package var description: String {
        switch id.address {
        case .tcp(let endpoint): "\(IPEndpoint(address: endpoint.address, port: port))"
        case .unix: "\(id.address)"
        case .inherited: boundAddress ?? "\(id.address)"
        }
    }

    private var boundAddress: String? {
        var text = [CChar](repeating: 0, count: 256)
        guard postern_local_address(descriptor, &text, text.count) == 0 else { return nil }
        return String(cString: text)
    }

    private static let backlog: CInt = 4096

    /// Binds a socket for the address.
    ///
    /// `inherited` holds the sockets that the service manager handed over, by name.
    ///
    /// - Throws: ``ListenError`` with the system's reason.
    package init(
        _ id: ListenerID,
        inherited: [String: CInt]
    ) throws(ListenError) {
        self.id = id
        let address = id.address
        var file: postern_file?
        switch address {
        case .tcp(let endpoint):
            descriptor = postern_listen_tcp(
                endpoint.address.bytes,
                CInt(endpoint.address.bytes.count),
                endpoint.port,
                ListeningDescriptor.backlog
            )
        case .unix(let path, let mode):
            var made = postern_file()
            descriptor = postern_listen_unix(path, mode, ListeningDescriptor.backlog, &made)
            file = made
        case .inherited(let name):
            guard let found = inherited[name] else {
                throw ListenError(address: address, reason: "no such socket was handed over")
            }
            // A copy, so that a reload which drops the listener and a later one that names it again both work.
            descriptor = fcntl(found, F_DUPFD_CLOEXEC, 3)
            if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }
        }
        let reason = String(cString: strerror(errno))
        self.file = descriptor >= 0 ? file : nil
        guard descriptor >= 0 else { throw ListenError(address: address, reason: reason) }
    }

    deinit {
        if case .unix(let path, _) = id.address, var file { postern_remove_file(path, &file) }
        close(descriptor)
    }
}

/// A listener could not be set up.
package struct ListenError: Error, CustomStringConvertible {
    package let address: ListenerSettings.Address
    package let reason: String

    package var description: String { "cannot listen on \(address): \(reason)" }
}
