internal import Crypto
internal import Glibc

/// The Ed25519 key that signs checkpoints, kept in the log's directory as PKCS #8 PEM, readable by its owner alone.
struct SigningKey {
    /// The start of an Ed25519 PrivateKeyInfo; the 32 bytes of the seed follow.
    ///
    /// RFC 8410 section 10.3.
    private static let prefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]

    private let key: Curve25519.Signing.PrivateKey
    /// The id that checkpoints name.
    let id: String

    /// Reads the key, or makes one where there is none.
    ///
    /// The caller holds the log's lock.
    init(directory: AuditDirectory) throws(AuditLogError) {
        if access(directory.keyPath, F_OK) != 0 { try SigningKey.create(in: directory) }
        let path = directory.keyPath
        let status = try FileDescriptor(opening: path, flags: O_RDONLY).status(path: path)
        guard status.st_mode & 0o077 == 0 else { throw .exposed(path: path, reason: "may be read by other users") }
        guard let block = PEM.blocks(label: "PRIVATE KEY", in: try readText(path))?.first,
            block.starts(with: SigningKey.prefix),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: block.dropFirst(SigningKey.prefix.count))
        else { throw .malformedKey(path: path) }
        self.key = key
        id = VerifyingKeys.id(of: key.publicKey)
        try publish(in: directory)
    }

    /// Signs a checkpoint line up to its signature.
    func sign(checkpoint line: UnsafeRawBufferPointer) -> [UInt8] {
        do {
            return Array(try key.signature(for: VerifyingKeys.context + Array(line)))
        } catch {
            preconditionFailure("Ed25519 signing failed: \(error)")
        }
    }

    /// Writes a new key beside its name and then gives it the name, so that a crash leaves no half of a key.
    private static func create(in directory: AuditDirectory) throws(AuditLogError) {
        let path = directory.keyPath + ".new"
        unlink(path)
        let file = try FileDescriptor(opening: path, flags: O_WRONLY | O_CREAT | O_EXCL)
        let seed = Curve25519.Signing.PrivateKey().rawRepresentation
        try write(PEM.text(label: "PRIVATE KEY", prefix + seed), to: file, path: path)
        guard link(path, directory.keyPath) == 0 else { throw .last("create", directory.keyPath) }
        unlink(path)
        try directory.synchronize()
    }

    /// Adds the public half to `signing-key.pub` unless it is there; older keys stay, for the checkpoints they signed.
    private func publish(in directory: AuditDirectory) throws(AuditLogError) {
        let path = directory.publicKeyPath
        if access(path, F_OK) == 0, try VerifyingKeys(path: path).contains(id) { return }
        let file = try FileDescriptor(opening: path, flags: O_WRONLY | O_CREAT | O_APPEND)
        let text = PEM.text(label: "PUBLIC KEY", VerifyingKeys.prefix + key.publicKey.rawRepresentation)
        try SigningKey.write(text, to: file, path: path)
        try directory.synchronize()
    }

    private static func write(_ text: String, to file: FileDescriptor, path: String) throws(AuditLogError) {
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(AuditLogError) in try file.write(bytes, path: path) }
        }.get()
        guard fsync(file.number) == 0 else { throw .last("flush", path) }
    }
}
