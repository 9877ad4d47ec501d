internal import PosternAudit
internal import PosternCertificates

/// Certificates to trust for programs whose setting replaces what they trust: the system's, others that were named, and
/// the local authority's.
package struct TrustBundle {
    /// How a program wants its certificates.
    package enum Format: String, CaseIterable, Sendable {
        /// Blocks of text, as nearly every program reads them.
        case pem
        /// Java's own format, which every version of Java reads.
        case jks
        /// PKCS #12, for Java 8u301 and newer.
        case p12
    }

    /// What Java tries where no password is given.
    package static let defaultPassword = "changeit"

    private let certificates: [TrustedCertificate]

    /// Joins certificates, each once, ours last.
    package init(roots: [[UInt8]], authority: [UInt8]) {
        var seen: Set<[UInt8]> = [authority]
        let others = roots.filter { seen.insert($0).inserted }.map { der in
            TrustedCertificate(alias: "root-" + TrustBundle.digits(of: der), der: der)
        }
        certificates = others + [TrustedCertificate(alias: "postern-local-ca", der: authority)]
    }

    /// The number of certificates.
    package var count: Int { certificates.count }

    /// The bundle in a format; `now` is in nanoseconds since 1970.
    package func bytes(_ format: Format, password: String, now: Int64) throws -> [UInt8] {
        switch format {
        case .pem: certificates.flatMap { PEM.text(label: "CERTIFICATE", $0.der).utf8 }
        case .jks: JavaKeyStore.bytes(certificates, password: password, now: now)
        case .p12: try PKCS12TrustStore.bytes(certificates, password: password)
        }
    }

    /// Enough of a certificate's fingerprint to tell it from all others, and the same whenever a bundle is made.
    private static func digits(of der: [UInt8]) -> String {
        Hexadecimal.text(CertificateBytes.fingerprint(der).prefix(16))
    }
}
