internal import Crypto

/// A trust store in Java's own format, JKS, which every version of Java reads.
///
/// The format is that of `sun.security.provider.JavaKeyStore`. It has no specification: a head, the entries, and a
/// digest over both. The password protects nothing but against mistakes, since the digest can be made by anybody who
/// knows it, and it is usually `changeit`.
package enum JavaKeyStore {
    private static let magic: UInt32 = 0xfeed_feed
    private static let version: UInt32 = 2
    private static let trustedCertificateTag: UInt32 = 2

    /// The file for these certificates; `now`, in nanoseconds since 1970, is noted beside each.
    package static func bytes(_ certificates: [TrustedCertificate], password: String, now: Int64) -> [UInt8] {
        var store: [UInt8] = []
        append(magic, to: &store)
        append(version, to: &store)
        append(UInt32(certificates.count), to: &store)
        for certificate in certificates {
            append(trustedCertificateTag, to: &store)
            append(certificate.alias, to: &store)
            append(UInt64(max(0, now / 1_000_000)), to: &store)
            append("X.509", to: &store)
            append(UInt32(certificate.der.count), to: &store)
            store += certificate.der
        }
        let salt = password.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } + Array("Mighty Aphrodite".utf8)
        return store + Insecure.SHA1.hash(data: salt + store)
    }

    private static func append(_ number: some FixedWidthInteger, to store: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { store += $0 }
    }

    /// `DataOutput.writeUTF`: for ASCII, as our names are, a length of two bytes and the text.
    private static func append(_ text: String, to store: inout [UInt8]) {
        append(UInt16(text.utf8.count), to: &store)
        store += Array(text.utf8)
    }
}
