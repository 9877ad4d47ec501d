internal import Foundation
internal import Glibc

/// A file of certificate authorities that replaces the system's for one provider.
enum CertificateFile {
    private static let maxBytes = 4 * 1024 * 1024

    /// Refuses a file without a certificate, or that others could put one of theirs into.
    static func check(_ path: String) throws(Refusal) {
        guard path.hasPrefix("/") else { throw Refusal("a file needs an absolute path") }
        // Bundles are commonly reached through symbolic links (/etc/ssl/certs), so the link's target is what counts.
        guard let target = RealPath.of(path) else {
            throw Refusal("\(path) cannot be opened: \(SystemError.text(errno))")
        }
        let bytes = try CheckedFile(path: target, forbiddenMode: 0o022, maxBytes: maxBytes).read()
        guard holdsCertificate(String(decoding: bytes, as: UTF8.self)) else {
            throw Refusal("\(path) holds no PEM certificate", hint: "it needs a `-----BEGIN CERTIFICATE-----` block")
        }
    }

    /// Whether a block of base64 that decodes to an ASN.1 SEQUENCE stands between the markers.
    ///
    /// RFC 7468 section 5.
    private static func holdsCertificate(_ text: String) -> Bool {
        guard let begin = text.firstRange(of: "-----BEGIN CERTIFICATE-----"),
            let end = text[begin.upperBound...].firstRange(of: "-----END CERTIFICATE-----")
        else { return false }
        let body = text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
        return Data(base64Encoded: String(body))?.first == 0x30
    }
}
