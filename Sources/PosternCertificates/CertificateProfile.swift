internal import Crypto
internal import FoundationEssentials
internal import PosternCore
internal import SwiftASN1
internal import X509

/// What stands in the certificates that Postern makes.
///
/// RFC 5280, and where it leaves a choice, what the pickiest client wants.
enum CertificateProfile {
    private static let second: Int64 = 1_000_000_000
    /// How far a client's clock may be behind ours.
    private static let clockSkew = 3600 * second
    private static let authorityLife = 3650 * 86_400 * second
    private static let leafLife = 86_400 * second
    /// The most characters that a common name may have (RFC 5280, ub-common-name).
    private static let maxCommonName = 64

    /// A self-signed certificate for a new authority, as DER.
    static func authority(key: P256.Signing.PrivateKey, now: Int64) throws(AuthorityError) -> [UInt8] {
        let publicKey = Certificate.PublicKey(key.publicKey)
        let identifier = SubjectKeyIdentifier(hash: publicKey)
        do {
            // The key's own name tells one Postern's authority from another's in a trust store.
            let name = try commonName("Postern local CA \(hexadecimal(identifier.keyIdentifier.prefix(4)))")
            let certificate = try Certificate(
                version: .v3,
                serialNumber: serialNumber(),
                publicKey: publicKey,
                notValidBefore: Date(nanoseconds: now - clockSkew),
                notValidAfter: Date(nanoseconds: now + authorityLife),
                issuer: name,
                subject: name,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: Certificate.Extensions([
                    Certificate.Extension(BasicConstraints.isCertificateAuthority(maxPathLength: 0), critical: true),
                    Certificate.Extension(KeyUsage(keyCertSign: true, cRLSign: true), critical: true),
                    Certificate.Extension(ExtendedKeyUsage([.serverAuth]), critical: false),
                    Certificate.Extension(identifier, critical: false),
                ]),
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            return try der(certificate)
        } catch {
            throw .signing(reason: "\(error)")
        }
    }

    /// What all leaves of one process have in common, made once.
    struct Leaves: Sendable {
        private let authority: CertificateAuthority
        private let publicKey: Certificate.PublicKey
        private let extensions: [Certificate.Extension]

        init(authority: CertificateAuthority, key: P256.Signing.PublicKey) throws(AuthorityError) {
            self.authority = authority
            publicKey = Certificate.PublicKey(key)
            let issuer = authority.certificate.parsed
            do {
                let issuerIdentifier =
                    try issuer.extensions.subjectKeyIdentifier ?? SubjectKeyIdentifier(hash: issuer.publicKey)
                extensions = [
                    try Certificate.Extension(BasicConstraints.notCertificateAuthority, critical: true),
                    try Certificate.Extension(KeyUsage(digitalSignature: true), critical: true),
                    try Certificate.Extension(ExtendedKeyUsage([.serverAuth]), critical: false),
                    try Certificate.Extension(SubjectKeyIdentifier(hash: publicKey), critical: false),
                    try Certificate.Extension(
                        AuthorityKeyIdentifier(keyIdentifier: issuerIdentifier.keyIdentifier),
                        critical: false
                    ),
                ]
            } catch {
                throw .signing(reason: "\(error)")
            }
        }

        /// A certificate for one host, which lives for a day and never longer than the authority.
        func leaf(for host: HostName, now: Int64) throws(AuthorityError) -> Leaf {
            let issuer = authority.certificate
            try issuer.checkTime(now)
            let notBefore = max(now - clockSkew, issuer.notBefore)
            let notAfter = min(now + leafLife, issuer.notAfter)
            // Of an IPv6 address without brackets.
            let text = host.address?.description ?? host.text
            // Some clients dislike an empty subject; where there has to be one, the names are critical (section 4.2.1.6).
            let hasSubject = text.utf8.count <= maxCommonName
            do {
                let names = SubjectAlternativeNames([generalName(of: host)])
                let certificate = try Certificate(
                    version: .v3,
                    serialNumber: serialNumber(),
                    publicKey: publicKey,
                    notValidBefore: Date(nanoseconds: notBefore),
                    notValidAfter: Date(nanoseconds: notAfter),
                    issuer: issuer.parsed.subject,
                    subject: hasSubject ? commonName(text) : DistinguishedName(),
                    signatureAlgorithm: .ecdsaWithSHA256,
                    extensions: Certificate.Extensions(
                        extensions + [Certificate.Extension(names, critical: !hasSubject)]
                    ),
                    issuerPrivateKey: authority.key
                )
                return Leaf(
                    host: host,
                    certificate: try der(certificate),
                    validity: notBefore..<notAfter,
                    mintedAt: now
                )
            } catch {
                throw .signing(reason: "\(error)")
            }
        }
    }

    private static func generalName(of host: HostName) -> GeneralName {
        guard let address = host.address else { return .dnsName(host.text) }
        return .ipAddress(ASN1OctetString(contentBytes: address.bytes[...]))
    }

    private static func commonName(_ text: String) throws -> DistinguishedName {
        try DistinguishedName { CommonName(text) }
    }

    /// 126 random bits in 16 bytes: positive, and always of one length.
    private static func serialNumber() -> Certificate.SerialNumber {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[0] = bytes[0] & 0x7f | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.flatMap { [HexDigit.lower[Int($0 >> 4)], HexDigit.lower[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
