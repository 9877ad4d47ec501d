internal import Crypto
package import PosternCore
internal import X509

/// The local certificate authority that signs the certificates interception shows to clients.
///
/// It is made on the first start and kept in the state directory; nothing installs it anywhere. Two things limit what it
/// may sign, and every client that was tried accepts both: no authority below it (path length 0), and servers only
/// (extended key usage). It has no name constraints: it outlives the configuration, hosts are granted later, and a new
/// authority for each of them would have to reach every trust store again. docs/certificates.md says more.
package struct CertificateAuthority: Sendable {
    /// The public half.
    package let certificate: AuthorityCertificate
    /// The key that signs.
    let key: Certificate.PrivateKey

    /// Loads the authority, or makes it where there is none; `now` is in nanoseconds since 1970.
    ///
    /// The key is kept as `sealer` encrypts it; one that lies there in clear, as it once did, is encrypted.
    ///
    /// The state directory has to be there. A key without a certificate, which a crash may leave, gets a new one; a
    /// certificate without its key is an error, since somebody may trust it.
    package init(
        opening directory: AuthorityDirectory,
        sealer: some FileSealer,
        now: Int64
    ) throws(AuthorityError) {
        try DirectoryDescriptor.create(directory)
        guard let open = try DirectoryDescriptor(directory) else { throw .absent(directory) }
        try open.check()
        try open.lock()
        let file = KeyFile(directory, open, sealer)
        var key = try file.read()
        var certificateText = try open.read(AuthorityDirectory.certificateName, .readable)
        if key == nil {
            guard certificateText == nil else { throw .keyMissing(directory) }
            try file.write(P256.Signing.PrivateKey())
            key = try file.read()
        }
        guard let key else { throw .keyMissing(directory) }
        if certificateText == nil {
            let text = PEM.text(
                label: AuthorityCertificate.label,
                try CertificateProfile.authority(key: key, now: now)
            )
            try open.write(Array(text.utf8), to: AuthorityDirectory.certificateName, mode: 0o644)
            certificateText = try open.read(AuthorityDirectory.certificateName, .readable)
        }
        certificate = try AuthorityCertificate(pem: certificateText ?? [], directory: directory)
        try certificate.check(signedWith: key)
        try certificate.checkTime(now)
        self.key = Certificate.PrivateKey(key)
    }

    /// Makes an authority that is kept nowhere and ends with the process; `now` is in nanoseconds since 1970.
    package init(unkeptAt now: Int64) throws(AuthorityError) {
        let key = P256.Signing.PrivateKey()
        let text = PEM.text(label: AuthorityCertificate.label, try CertificateProfile.authority(key: key, now: now))
        certificate = try AuthorityCertificate(pem: Array(text.utf8), directory: AuthorityDirectory(stateDirectory: ""))
        self.key = Certificate.PrivateKey(key)
    }
}
