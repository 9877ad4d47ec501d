/// Where a connection came from, as the kernel says.
package struct AuditPeer: Sendable {
    /// The client's IP address; `nil` on a unix socket.
    package var address: String?
    /// The client's port; `nil` on a unix socket.
    package var port: UInt16?
    /// The user id of the process that connected, or that started the sandbox; `nil` on TCP.
    package var userID: UInt32?
    /// The process that connected, or that started the sandbox; `nil` on TCP.
    package var processID: Int32?
    /// The id of the sandbox; `nil` outside of one.
    package var sandbox: String?

    package init(
        address: String? = nil,
        port: UInt16? = nil,
        userID: UInt32? = nil,
        processID: Int32? = nil,
        sandbox: String? = nil
    ) {
        self.sandbox = sandbox
        self.address = address
        self.port = port
        self.userID = userID
        self.processID = processID
    }

    func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("client.address", address)
        encoder.member("client.port", port.map(Int.init))
        encoder.member("postern.peer.uid", userID.map(Int.init))
        encoder.member("postern.peer.pid", processID.map(Int.init))
        encoder.member("postern.sandbox", sandbox)
    }
}

extension Peer {
    /// The peer as audit records show it.
    package var audited: AuditPeer {
        switch origin {
        case .address(let address, let port): AuditPeer(address: "\(address)", port: port)
        case .process(let userID, let processID): AuditPeer(userID: userID, processID: processID)
        }
    }
}
