internal import CLinux
internal import Crypto
package import PosternCore
internal import Synchronization

/// Makes certificates for the hosts whose traffic is intercepted, and keeps those that were used lately.
///
/// All leaves of a process share one key: making a key costs five times as much as signing a certificate, and whoever
/// could read one from this process could read the others.
package final class LeafIssuer: Sendable {
    /// Where nothing else is said, how many leaves are kept.
    package static let defaultCapacity = 1024

    /// The authority that signs; its DER completes the chain.
    package let authority: AuthorityCertificate
    /// The private key of every leaf, as PKCS #8 DER.
    package let key: Secret

    private let profile: CertificateProfile.Leaves
    private let clock: @Sendable () -> Int64
    private let leaves: Mutex<RecentlyUsed<HostName, Leaf>>
    /// Held while a leaf is made, so that two loops that miss the same host make one; a hit does not wait for it.
    private let minting = Mutex(())

    /// Makes a new key; `clock` gives the time in nanoseconds since 1970.
    package init(
        authority: CertificateAuthority,
        capacity: Int = LeafIssuer.defaultCapacity,
        clock: @escaping @Sendable () -> Int64 = { postern_realtime_ns() }
    ) throws(AuthorityError) {
        let key = P256.Signing.PrivateKey()
        self.authority = authority.certificate
        self.key = Secret(key.derRepresentation)
        profile = try CertificateProfile.Leaves(authority: authority, key: key.publicKey)
        self.clock = clock
        leaves = Mutex(RecentlyUsed(capacity: capacity))
    }

    /// A certificate for a host: the kept one until half of its life is over, then a new one.
    package func leaf(for host: HostName) throws(AuthorityError) -> Leaf {
        let now = clock()
        if let leaf = kept(host, now) { return leaf }
        return try minting.withLock { _ throws(AuthorityError) in
            // Another loop may have made it while this one waited.
            if let leaf = kept(host, now) { return leaf }
            let leaf = try profile.leaf(for: host, now: now)
            leaves.withLock { $0.insert(leaf, for: host) }
            return leaf
        }
    }

    private func kept(_ host: HostName, _ now: Int64) -> Leaf? {
        leaves.withLock { $0.value(for: host) }.flatMap { $0.isFresh(at: now) ? $0 : nil }
    }
}
