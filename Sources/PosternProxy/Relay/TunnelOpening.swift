internal import PosternCore

/// Checks the first bytes that a client sends through a tunnel: TLS, for the host that the tunnel is for.
///
/// Otherwise a tunnel to one host would be a way to any other that the same front end serves.
struct TunnelOpening {
    private let host: HostName
    private var scanner = ClientHelloScanner()

    init(to host: HostName) { self.host = host }

    /// Whether the bytes so far name the host; `false` while they may still come to.
    ///
    /// - Throws: ``ProxyError/clientHandshakeFailed`` where they are not TLS, ``ProxyError/serverNameMismatch`` where they
    ///   name another host or, for a host that has a name, none.
    mutating func isComplete(_ bytes: UnsafeRawBufferPointer) throws(ProxyError) -> Bool {
        switch scanner.scan(bytes) {
        case .incomplete: return false
        case .malformed: throw .clientHandshakeFailed
        case .hello(let name):
            let expected = host.address == nil ? host : nil
            guard name == expected else { throw .serverNameMismatch }
            return true
        }
    }
}
