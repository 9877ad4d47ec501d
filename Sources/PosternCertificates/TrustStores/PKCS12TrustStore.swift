internal import Crypto
internal import SwiftASN1

/// A trust store as PKCS #12, the format that Java writes by default since version 9.
///
/// RFC 7292. The certificates are not encrypted, since they are public. Java takes a certificate for a trusted one only
/// with an attribute of its own, `trustedKeyUsage`. Java reads the SHA-256 in the digest since 8u301; older versions
/// have ``JavaKeyStore``.
package enum PKCS12TrustStore {
    private static let data: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 1]
    private static let certificateBag: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 12, 10, 1, 3]
    private static let x509Certificate: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 22, 1]
    private static let friendlyName: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 20]
    private static let trustedKeyUsage: ASN1ObjectIdentifier = [2, 16, 840, 1, 113_894, 746_875, 1, 1]
    private static let anyExtendedKeyUsage: ASN1ObjectIdentifier = [2, 5, 29, 37, 0]
    private static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
    private static let iterations = 10_000
    private static let explicit = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)

    /// The file for these certificates.
    package static func bytes(_ certificates: [TrustedCertificate], password: String) throws -> [UInt8] {
        let contents = try sequence { contents in
            for certificate in certificates { try append(certificate, to: &contents) }
        }
        let safe = try sequence { try appendData(contents, to: &$0) }
        let salt = (0..<20).map { _ in UInt8.random(in: .min ... .max) }
        let key = PKCS12TrustStore.key(password: password, salt: salt)
        let code = HMAC<SHA256>.authenticationCode(for: safe, using: SymmetricKey(data: key))
        return try sequence { store in
            try store.serialize(3)
            try appendData(safe, to: &store)
            try store.appendConstructedNode(identifier: .sequence) { mac in
                try mac.appendConstructedNode(identifier: .sequence) { digest in
                    try digest.appendConstructedNode(identifier: .sequence) { algorithm in
                        try algorithm.serialize(sha256)
                        try algorithm.serialize(ASN1Null())
                    }
                    try digest.serialize(ASN1OctetString(contentBytes: Array(code)[...]))
                }
                try mac.serialize(ASN1OctetString(contentBytes: salt[...]))
                try mac.serialize(iterations)
            }
        }
    }

    /// Appends a ContentInfo of the type data.
    private static func appendData(_ bytes: [UInt8], to coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { info in
            try info.serialize(data)
            try info.serialize(ASN1OctetString(contentBytes: bytes[...]), explicitlyTaggedWithIdentifier: explicit)
        }
    }

    /// Appends a SafeBag.
    private static func append(_ certificate: TrustedCertificate, to coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { bag in
            try bag.serialize(certificateBag)
            try bag.appendConstructedNode(identifier: explicit) { value in
                try value.appendConstructedNode(identifier: .sequence) { value in
                    try value.serialize(x509Certificate)
                    let der = ASN1OctetString(contentBytes: certificate.der[...])
                    try value.serialize(der, explicitlyTaggedWithIdentifier: explicit)
                }
            }
            // In the order of DER: the shorter attribute first. Aliases have five characters or more.
            try bag.appendConstructedNode(identifier: .set) { attributes in
                try appendAttribute(trustedKeyUsage, to: &attributes) { try $0.serialize(anyExtendedKeyUsage) }
                try appendAttribute(friendlyName, to: &attributes) { values in
                    values.appendPrimitiveNode(identifier: .bmpString) { $0 += utf16(certificate.alias) }
                }
            }
        }
    }

    private static func appendAttribute(
        _ type: ASN1ObjectIdentifier,
        to coder: inout DER.Serializer,
        values: (inout DER.Serializer) throws -> Void
    ) throws {
        try coder.appendConstructedNode(identifier: .sequence) { attribute in
            try attribute.serialize(type)
            try attribute.appendConstructedNode(identifier: .set, values)
        }
    }

    private static func sequence(_ body: (inout DER.Serializer) throws -> Void) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence, body)
        return coder.serializedBytes
    }

    /// The key of the digest, which for SHA-256 is the first block of the derivation (appendix B.2).
    private static func key(password: String, salt: [UInt8]) -> [UInt8] {
        let block = SHA256.blockByteCount
        let purpose = [UInt8](repeating: 3, count: block)
        var hash = Array(
            SHA256.hash(data: purpose + filled(salt, block) + filled(utf16(password) + [0, 0], block))
        )
        for _ in 1..<iterations { hash = Array(SHA256.hash(data: hash)) }
        return hash
    }

    /// Copies of the bytes up to a multiple of the block's length.
    private static func filled(_ bytes: [UInt8], _ block: Int) -> [UInt8] {
        let length = (bytes.count + block - 1) / block * block
        return (0..<length).map { bytes[$0 % bytes.count] }
    }

    private static func utf16(_ text: String) -> [UInt8] { text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } }
}
