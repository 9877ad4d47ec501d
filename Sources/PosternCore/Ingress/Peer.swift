/// Who is at the other end of a client connection, before anything is proven.
package struct Peer: Hashable, Sendable {
    /// What the kernel says of the other end.
    package enum Origin: Hashable, Sendable {
        /// A TCP client: its address and port.
        case address(IPAddress, port: UInt16)
        /// A process on a unix socket, as it was when it connected.
        case process(userID: UInt32, processID: Int32)
    }

    package let origin: Origin

    package init(origin: Origin) { self.origin = origin }

    /// What wrong keys are counted under: the address or the user, whatever the port or process.
    package var source: String {
        switch origin {
        case .address(let address, _): "\(address)"
        case .process(let userID, _): "uid \(userID)"
        }
    }
}
