/// Where an upstream request goes: scheme, host and port, each explicit and canonical.
///
/// Nothing else in Postern names a destination, so policy, the address dialled, the name in the TLS handshake,
/// the Host field and the audit record cannot disagree.
package struct Destination: Hashable, Sendable {
    package let scheme: Scheme
    package let host: HostName
    package let port: UInt16

    package init(scheme: Scheme, host: HostName, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The value of the Host field: the port is left out when it is the scheme's own.
    ///
    /// RFC 9110 section 7.2.
    package var authority: String {
        port == scheme.defaultPort ? host.text : "\(host.text):\(port)"
    }
}

extension Destination: CustomStringConvertible {
    /// The URL without a path, port always written: `https://api.example.com:443`.
    package var description: String { "\(scheme.rawValue)://\(host.text):\(port)" }
}
