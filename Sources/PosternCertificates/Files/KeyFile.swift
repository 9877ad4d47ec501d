internal import CLinux
internal import Crypto
internal import PosternCore

/// The file with the authority's private key: PKCS #8 in PEM, encrypted.
struct KeyFile {
    private static let sealedLabel = "POSTERN SEALED KEY"
    private static let clearLabel = "PRIVATE KEY"

    private let directory: AuthorityDirectory
    private let open: DirectoryDescriptor
    private let sealer: any FileSealer

    init(_ directory: AuthorityDirectory, _ open: DirectoryDescriptor, _ sealer: any FileSealer) {
        self.directory = directory
        self.open = open
        self.sealer = sealer
    }

    /// Reads the key; `nil` if there is none.
    func read() throws(AuthorityError) -> P256.Signing.PrivateKey? {
        guard var text = try open.read(AuthorityDirectory.keyName, .ours) else { return nil }
        defer { wipe(&text) }
        if let sealed = PEM.blocks(label: KeyFile.sealedLabel, in: text)?.first {
            guard let encoded = sealer.open(sealed, as: AuthorityDirectory.keyName) else {
                throw unusable("was encrypted with another store's key")
            }
            return try key(encoded.withBytes { try? P256.Signing.PrivateKey(derRepresentation: $0) })
        }
        let clear = PEM.blocks(label: KeyFile.clearLabel, in: text)?.first
        let key = try key(clear.flatMap { try? P256.Signing.PrivateKey(derRepresentation: $0) })
        try write(key)
        return key
    }

    /// Writes the key, encrypted.
    func write(_ key: P256.Signing.PrivateKey) throws(AuthorityError) {
        var encoded = Array(key.derRepresentation)
        defer { wipe(&encoded) }
        let sealed = sealer.seal(encoded, as: AuthorityDirectory.keyName)
        let text = PEM.text(label: KeyFile.sealedLabel, sealed)
        try open.write(Array(text.utf8), to: AuthorityDirectory.keyName, mode: 0o600)
    }

    private func key(_ read: P256.Signing.PrivateKey?) throws(AuthorityError) -> P256.Signing.PrivateKey {
        guard let read else { throw unusable("does not hold an EC P-256 key in PKCS #8") }
        return read
    }

    private func unusable(_ reason: String) -> AuthorityError {
        .unusable(path: directory.keyPath, reason: reason, directory)
    }

    private func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) }
    }
}
