internal import FoundationEssentials
internal import PosternAudit
package import PosternCertificates
internal import PosternCommand
internal import PosternCore

/// What `postern ca show` says about the certificate of the local authority.
package struct AuthorityReport: Encodable {
    private let subject: String
    private let sha256: String
    private let notBefore: String
    private let notAfter: String
    private let isExpired: Bool
    private let path: String

    private enum CodingKeys: String, CodingKey {
        case subject, sha256
        case notBefore = "not_before"
        case notAfter = "not_after"
        case isExpired = "expired"
        case path
    }

    /// Takes the certificate, and the time in nanoseconds since 1970.
    package init(_ certificate: AuthorityCertificate, now: Int64) {
        subject = certificate.subject
        sha256 = Hexadecimal.text(certificate.fingerprint)
        notBefore = AuthorityReport.text(certificate.notBefore)
        notAfter = AuthorityReport.text(certificate.notAfter)
        isExpired = now >= certificate.notAfter
        path = certificate.directory.certificatePath
    }

    /// Lines for people; the fingerprint as `openssl x509 -fingerprint` writes it.
    package var text: String {
        let digits = Array(sha256.uppercased())
        let pairs = stride(from: 0, to: digits.count, by: 2).map { String(digits[$0..<$0 + 2]) }
        let lines = [
            "subject  \(subject)",
            "sha256   \(pairs.joined(separator: ":"))",
            "valid    \(notBefore) to \(notAfter)\(isExpired ? " (expired)" : "")",
            "file     \(path)",
        ]
        return lines.map { Printable.text($0) + "\n" }.joined()
    }

    /// One JSON object over several lines.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// A time to the second, which is all that a certificate holds.
    private static func text(_ time: Int64) -> String { Timestamp.text(time).prefix(19) + "Z" }
}
