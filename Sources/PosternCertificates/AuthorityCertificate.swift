internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// The certificate of a local authority: what clients are to trust, without the key.
package struct AuthorityCertificate: Sendable {
    static let label = "CERTIFICATE"

    /// The parsed form.
    let parsed: Certificate
    /// The certificate as DER.
    package let der: [UInt8]
    /// Where it was read.
    package let directory: AuthorityDirectory

    /// Reads the certificate alone, as any user who may open the file.
    package init(reading directory: AuthorityDirectory) throws(AuthorityError) {
        guard let open = try DirectoryDescriptor(directory),
            let text = try open.read(AuthorityDirectory.certificateName, .readable)
        else { throw .absent(directory) }
        try self.init(pem: text, directory: directory)
    }

    /// Takes the text of the file.
    init(pem text: [UInt8], directory: AuthorityDirectory) throws(AuthorityError) {
        guard let block = PEM.blocks(label: AuthorityCertificate.label, in: text)?.first,
            let parsed = try? Certificate(derEncoded: block)
        else {
            throw .unusable(path: directory.certificatePath, reason: "does not hold a certificate", directory)
        }
        self.parsed = parsed
        der = block
        self.directory = directory
    }

    /// The certificate as PEM.
    package var pem: String { PEM.text(label: AuthorityCertificate.label, der) }

    /// The name that the authority signs with, such as `CN=Postern local CA 3f0a91c2`.
    package var subject: String { String(describing: parsed.subject) }

    /// The SHA-256 of the DER form, by which a certificate is recognised.
    package var fingerprint: [UInt8] { CertificateBytes.fingerprint(der) }

    /// When its time begins, in nanoseconds since 1970.
    package var notBefore: Int64 { parsed.notValidBefore.nanoseconds }

    /// When its time ends, in nanoseconds since 1970.
    package var notAfter: Int64 { parsed.notValidAfter.nanoseconds }

    /// Refuses a certificate whose time is over or has not come.
    package func checkTime(_ now: Int64) throws(AuthorityError) {
        guard now < notAfter else { throw .expired(directory, at: notAfter) }
        guard now >= notBefore else { throw .notYetValid(directory, from: notBefore) }
    }

    /// Refuses a certificate that may not sign those of servers, or not with this key.
    func check(signedWith key: P256.Signing.PrivateKey) throws(AuthorityError) {
        guard let own = P256.Signing.PublicKey(parsed.publicKey),
            own.rawRepresentation == key.publicKey.rawRepresentation
        else {
            let reason = "is not the key of \(AuthorityDirectory.certificateName) beside it"
            throw .unusable(path: directory.keyPath, reason: reason, directory)
        }
        guard case .isCertificateAuthority? = try? parsed.extensions.basicConstraints,
            (try? parsed.extensions.keyUsage)?.keyCertSign == true
        else {
            let reason = "is not the certificate of an authority"
            throw .unusable(path: directory.certificatePath, reason: reason, directory)
        }
    }
}
