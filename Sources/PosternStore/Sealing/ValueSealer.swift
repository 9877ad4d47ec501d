internal import CLinux
internal import Crypto
internal import FoundationEssentials
internal import PosternCore

/// Encrypts the values of secrets: AES-256-GCM with a fresh random nonce.
///
/// The associated data binds the version, its secret and the hosts to which the values may be sent, so that they cannot
/// be put in the place of others, nor be given other hosts.
struct ValueSealer: Sendable {
    private let key: SymmetricKey

    init(_ keys: StoreKeys) { key = keys.values }

    /// Nonce, ciphertext and tag.
    func seal(_ values: [String: Secret], versionID: String, of secret: StoredSecret) throws -> Data {
        var coded = ValueCoding.encode(values)
        defer { coded.wipe() }
        let context = ValueSealer.context(versionID, secret)
        guard let sealed = try AES.GCM.seal(coded, using: key, authenticating: context).combined else {
            preconditionFailure("a nonce of AES-GCM has 12 bytes")
        }
        return sealed
    }

    /// - Throws: ``StoreError/tampered(table:id:)`` if they were sealed for something else.
    func open(_ sealed: Data, versionID: String, of secret: StoredSecret) throws -> [String: Secret] {
        let damage = StoreError.tampered(table: Table.secretVersions.name, id: versionID)
        let context = ValueSealer.context(versionID, secret)
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            var coded = try? AES.GCM.open(box, using: key, authenticating: context)
        else { throw damage }
        defer { coded.wipe() }
        guard let values = ValueCoding.decode(coded) else { throw damage }
        return values
    }

    private static func context(_ versionID: String, _ secret: StoredSecret) -> [UInt8] {
        var form = CanonicalForm()
        form.append("postern-store-v1 value")
        form.append("secret_version")
        form.append(versionID)
        form.append(secret.id)
        // The owner: none, as the secret is the application's.
        form.append("")
        form.append(Int64(secret.hosts.count))
        for host in secret.hosts { form.append(host) }
        return form.bytes
    }
}

extension Data {
    /// Overwrites the bytes; no copy may have been made.
    mutating func wipe() { withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
}
