/// One place where clients connect.
package struct ListenerSettings: Hashable, Sendable {
    /// Where it listens.
    package enum Address: Hashable, Sendable {
        case tcp(IPEndpoint)
        /// A unix stream socket: its path and the file mode it is created with.
        case unix(path: String, mode: UInt32)
        /// A socket handed over by the service manager under this name (`LISTEN_FDNAMES`).
        case inherited(name: String)
    }

    package let address: Address
    /// The agent that every connection of this listener is; `nil` where a key must say so.
    package let agent: String?
    /// The user ids that may connect to a unix socket; `nil` is any that the file mode admits.
    package let allowedUserIDs: [UInt32]?

    package init(address: Address, agent: String?, allowedUserIDs: [UInt32]?) {
        self.address = address
        self.agent = agent
        self.allowedUserIDs = allowedUserIDs
    }
}

/// Which listener of a configuration one is: its address, and its number among those of the same address, since there
/// may be several on any free port.
package struct ListenerID: Hashable, Sendable {
    package let address: ListenerSettings.Address
    let number: Int

    /// Numbers the listeners of a configuration.
    package static func identify(_ listeners: [ListenerSettings]) -> [(id: ListenerID, settings: ListenerSettings)] {
        var counts: [ListenerSettings.Address: Int] = [:]
        return listeners.map { listener in
            let number = counts[listener.address, default: 0]
            counts[listener.address] = number + 1
            return (ListenerID(address: listener.address, number: number), listener)
        }
    }
}

extension ListenerSettings.Address: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let endpoint): endpoint.description
        case .unix(let path, _): "unix:\(path)"
        case .inherited(let name): "systemd:\(name)"
        }
    }
}
