internal import Crypto
internal import SwiftASN1

/// What can be said of a certificate from its DER alone.
package enum CertificateBytes {
    /// The SHA-256 of the certificate, by which it is recognised.
    package static func fingerprint(_ der: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: der)) }

    /// Whether the bytes have the outer form of a certificate: a SEQUENCE of content, algorithm and signature.
    ///
    /// What is in it is for those who verify with it to like or not: roots that systems ship bend the rules here and there.
    package static func haveCertificateForm(_ der: [UInt8]) -> Bool {
        guard let node = try? DER.parse(der), node.identifier == .sequence,
            case .constructed(let parts) = node.content
        else { return false }
        return Array(parts).map(\.identifier) == [.sequence, .sequence, .bitString]
    }
}
