package import PosternCore

/// A certificate for one host, signed by the local authority.
///
/// A class, so that whoever keeps what was made from it (a TLS context) sees at once whether it is still the same.
package final class Leaf: Sendable {
    package let host: HostName
    /// The certificate as DER; its key is the issuer's ``LeafIssuer/key``.
    package let certificate: [UInt8]
    /// When its time begins, in nanoseconds since 1970.
    package let notBefore: Int64
    /// When its time ends, in nanoseconds since 1970.
    package let notAfter: Int64
    /// When it is to be replaced: connections that begin later may outlive it.
    private let renewal: Int64

    init(host: HostName, certificate: [UInt8], validity: Range<Int64>, mintedAt: Int64) {
        self.host = host
        self.certificate = certificate
        notBefore = validity.lowerBound
        notAfter = validity.upperBound
        renewal = mintedAt + (validity.upperBound - mintedAt) / 2
    }

    /// Whether it is valid, also for a clock that was set back, and less than half of its life has gone by.
    func isFresh(at now: Int64) -> Bool { now >= notBefore && now < renewal }
}
