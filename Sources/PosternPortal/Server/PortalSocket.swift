internal import CLinux
internal import Glibc
package import PosternCore

/// The socket on which the portal listens, and the address under which browsers find it.
package struct PortalSocket: Sendable {
    private static let backlog: Int32 = 128

    package let address: PortalAddress
    let descriptor: Int32

    /// Opens it; clients are served as soon as a ``PortalServer`` has it.
    package init(_ settings: PortalSettings) throws(PortalError) {
        if let url = settings.url, PortalAddress(url) == nil { throw .unusableURL(url) }
        let host = settings.listen.address
        let descriptor = host.bytes.withUnsafeBufferPointer {
            postern_listen_tcp($0.baseAddress, Int32($0.count), settings.listen.port, PortalSocket.backlog)
        }
        guard descriptor >= 0 else {
            throw .cannotListen(
                address: "\(host) port \(settings.listen.port)",
                reason: String(cString: strerror(errno))
            )
        }
        let name = host.bytes.count == 16 ? "[\(host)]" : "\(host)"
        let url = settings.url ?? "http://\(name):\(postern_local_port(descriptor))"
        guard let address = PortalAddress(url) else {
            Glibc.close(descriptor)
            throw .unusableURL(url)
        }
        self.address = address
        self.descriptor = descriptor
    }

    /// Closes it, if nobody has taken it over.
    func close() { Glibc.close(descriptor) }
}

/// Why the portal cannot be served.
package enum PortalError: Error, Hashable, Sendable {
    case cannotListen(address: String, reason: String)
    /// It is not scheme, host and port, in lower case, and nothing else.
    case unusableURL(String)
}

extension PortalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotListen(let address, let reason): "the portal cannot listen on \(address): \(reason)"
        case .unusableURL(let url): "the portal's url is not http or https with a host and a port alone: \(url)"
        }
    }
}
