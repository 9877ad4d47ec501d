internal import CLinux
internal import Crypto
internal import FoundationEssentials
internal import PosternCore

/// Encrypts the values of secrets, and what else is nobody's to read: AES-256-GCM with a fresh random nonce.
///
/// The associated data binds the version, its secret and the hosts to which the values may be sent, so that they cannot
/// be put in the place of others, nor be given other hosts; for anything else the column and its row.
struct ValueSealer: Sendable {
    private let key: SymmetricKey

    init(_ keys: StoreKeys) { key = keys.values }

    /// Nonce, ciphertext and tag.
    func seal(_ values: [String: Secret], versionID: String, of secret: StoredSecret) throws -> Data {
        var coded = ValueCoding.encode(values)
        defer { coded.wipe() }
        return try seal(coded, for: ValueSealer.context(versionID, secret))
    }

    /// - Throws: ``StoreError/tampered(table:id:)`` if they were sealed for something else.
    func open(_ sealed: Data, versionID: String, of secret: StoredSecret) throws -> [String: Secret] {
        let damage = StoreError.tampered(table: Table.secretVersions.name, id: versionID)
        guard var coded = open(sealed, for: ValueSealer.context(versionID, secret)) else { throw damage }
        defer { coded.wipe() }
        guard let values = ValueCoding.decode(coded) else { throw damage }
        return values
    }

    /// Encrypts the content of one column of the row of this id.
    func seal(_ content: Secret, in column: String, of table: Table, id: String) throws -> Data {
        try content.withBytes { try seal($0, for: ValueSealer.context(column, table, id)) }
    }

    /// - Throws: ``StoreError/tampered(table:id:)`` if it was sealed for another column or row.
    func open(_ sealed: Data, in column: String, of table: Table, id: String) throws -> Secret {
        guard var content = open(sealed, for: ValueSealer.context(column, table, id)) else {
            throw StoreError.tampered(table: table.name, id: id)
        }
        defer { content.wipe() }
        return Secret(content)
    }

    private func seal(_ content: some DataProtocol, for context: [UInt8]) throws -> Data {
        guard let sealed = try AES.GCM.seal(content, using: key, authenticating: context).combined else {
            preconditionFailure("a nonce of AES-GCM has 12 bytes")
        }
        return sealed
    }

    private func open(_ sealed: Data, for context: [UInt8]) -> Data? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        return try? AES.GCM.open(box, using: key, authenticating: context)
    }

    private static func context(_ column: String, _ table: Table, _ id: String) -> [UInt8] {
        var form = CanonicalForm()
        form.append("postern-store-v1 value")
        form.append(table.name)
        form.append(id)
        form.append(column)
        return form.bytes
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
