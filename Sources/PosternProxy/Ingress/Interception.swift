internal import PosternCertificates
internal import PosternCore
internal import PosternTLS

/// Ends TLS with the clients of one event loop, showing certificates of the local authority.
final class Interception {
    private let server: TLSServer
    private let issuer: LeafIssuer
    /// What was made of leaves, by host.
    private var certificates: [HostName: (leaf: Leaf, certificate: TLSCertificate)] = [:]

    /// - Returns: `nil` if the issuer's key cannot be used or memory is short.
    init?(_ issuer: LeafIssuer) {
        guard let server = issuer.key.withBytes({ TLSServer(key: Array($0)) }) else { return nil }
        self.server = server
        self.issuer = issuer
    }

    /// Begins TLS on a client's socket; `early` was received before.
    ///
    /// - Returns: `nil` if no certificate can be had for the host.
    func session(for host: InterceptedHost, on socket: CInt, early: [UInt8]) -> TLSSession? {
        guard let certificate = certificate(for: host.host) else { return nil }
        return early.withUnsafeBytes { early in
            TLSSession(
                server,
                showing: certificate,
                on: socket,
                expectedName: host.host.address == nil ? host.host.text : nil,
                early: early
            )
        }
    }

    private func certificate(for host: HostName) -> TLSCertificate? {
        guard let leaf = try? issuer.leaf(for: host) else { return nil }
        if let known = certificates[host], known.leaf === leaf { return known.certificate }
        guard let made = TLSCertificate(leaf.certificate) else { return nil }
        // The issuer forgets hosts one by one; here it is enough that they are not kept for ever.
        if certificates.count >= LeafIssuer.defaultCapacity { certificates.removeAll() }
        certificates[host] = (leaf, made)
        return made
    }
}

@available(*, unavailable)
extension Interception: Sendable {}
