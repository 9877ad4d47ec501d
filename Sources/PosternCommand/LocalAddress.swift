/// How programs of this machine reach a listener.
package enum LocalAddress {
    /// The address to connect to, such as `127.0.0.1:3128`, of one that is listened on.
    package static func reaching(_ listener: String) -> String {
        guard let colon = listener.lastIndex(of: ":") else { return listener }
        let host = listener[..<colon]
        let isAny = host == "0.0.0.0" || host == "[::]" || host.isEmpty
        return isAny ? "127.0.0.1\(listener[colon...])" : listener
    }
}
