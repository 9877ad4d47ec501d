internal import Crypto
internal import Glibc

/// The public keys whose signatures a reader believes.
package struct VerifyingKeys: Sendable {
    /// The start of an Ed25519 SubjectPublicKeyInfo; the 32 bytes of the key follow.
    ///
    /// RFC 8410 section 10.1.
    static let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    /// What is signed before the bytes of the line, so that a signature means a checkpoint and nothing else.
    static let context = Array("postern-audit-checkpoint-v1\n".utf8)

    private let keys: [String: Curve25519.Signing.PublicKey]

    /// Reads a file of one or more PEM blocks `PUBLIC KEY`, as `signing-key.pub` is.
    package init(path: String) throws(AuditLogError) {
        guard let blocks = PEM.blocks(label: "PUBLIC KEY", in: try readText(path)), !blocks.isEmpty else {
            throw .malformedKey(path: path)
        }
        var keys: [String: Curve25519.Signing.PublicKey] = [:]
        for block in blocks {
            guard block.starts(with: VerifyingKeys.prefix),
                let key = try? Curve25519.Signing.PublicKey(
                    rawRepresentation: block.dropFirst(VerifyingKeys.prefix.count)
                )
            else { throw .malformedKey(path: path) }
            keys[VerifyingKeys.id(of: key)] = key
        }
        self.keys = keys
    }

    /// The ids of the keys.
    package var ids: [String] { keys.keys.sorted() }

    /// Whether a key of this id is among them.
    func contains(_ id: String) -> Bool { keys[id] != nil }

    /// Whether `signature` is the key's signature of a checkpoint line up to its signature.
    func verify(_ signature: [UInt8], checkpoint line: UnsafeRawBufferPointer, keyID: String) -> Bool {
        guard let key = keys[keyID] else { return false }
        return key.isValidSignature(signature, for: VerifyingKeys.context + Array(line))
    }

    /// The id of a key: the first 16 bytes of its SHA-256, in hexadecimal.
    static func id(of key: Curve25519.Signing.PublicKey) -> String {
        Hexadecimal.text(SHA256.hash(data: key.rawRepresentation).prefix(16))
    }
}

/// The contents of a small file as text.
func readText(_ path: String) throws(AuditLogError) -> String {
    let file = try FileDescriptor(opening: path, flags: O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let result = bytes.withUnsafeMutableBytes { buffer in
        Result { () throws(AuditLogError) in try file.read(into: buffer, at: 0, path: path) }
    }
    return String(decoding: bytes.prefix(try result.get()), as: UTF8.self)
}
