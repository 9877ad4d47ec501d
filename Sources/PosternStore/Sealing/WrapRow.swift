internal import Crypto
internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// The data key of the store, encrypted with a master key.
struct WrapRow: StoredRow {
    let id: String
    private let kind: Kind
    private let salt: Data
    /// The logarithm of scrypt's cost, 0 for a key.
    private let cost: Int
    private let sealed: Data

    private enum Kind: String {
        case key
        case passphrase
    }

    /// Encrypts a data key.
    init(_ dataKey: SymmetricKey, with masterKey: MasterKey, storeID: String, cost: Int = Passphrase.cost) throws {
        id = makeUUID()
        switch masterKey {
        case .key:
            kind = .key
            salt = Data()
            self.cost = 0
        case .passphrase:
            kind = .passphrase
            salt = Passphrase.makeSalt()
            self.cost = cost
        }
        let context = WrapRow.context(storeID, id, kind, salt, self.cost)
        let key = try WrapRow.key(masterKey, salt, self.cost)
        var plain = dataKey.withUnsafeBytes { Data($0) }
        defer { plain.wipe() }
        guard let sealed = try AES.GCM.seal(plain, using: key, authenticating: context).combined else {
            preconditionFailure("a nonce of AES-GCM has 12 bytes")
        }
        self.sealed = sealed
    }

    /// The data key; `nil` if another master key encrypted it.
    func open(with masterKey: MasterKey, storeID: String) throws -> SymmetricKey? {
        switch (kind, masterKey) {
        case (.key, .key), (.passphrase, .passphrase): break
        case (.key, .passphrase), (.passphrase, .key): return nil
        }
        let context = WrapRow.context(storeID, id, kind, salt, cost)
        let key = try WrapRow.key(masterKey, salt, cost)
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            var plain = try? AES.GCM.open(box, using: key, authenticating: context)
        else { return nil }
        defer { plain.wipe() }
        return plain.withUnsafeBytes { SymmetricKey(data: $0) }
    }

    var table: Table { .wraps }

    var values: [DatabaseValue] {
        [
            id.databaseValue, kind.rawValue.databaseValue, salt.databaseValue, cost.databaseValue,
            sealed.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        id = try columns.text()
        guard let kind = Kind(rawValue: try columns.text()) else { throw columns.damage }
        self.kind = kind
        salt = try columns.bytes()
        cost = Int(try columns.number())
        sealed = try columns.bytes()
    }

    private static func key(_ masterKey: MasterKey, _ salt: Data, _ cost: Int) throws -> SymmetricKey {
        switch masterKey {
        case .key(let secret):
            guard secret.count == MasterKey.byteCount else {
                throw StoreError.unavailable(reason: "a master key has \(MasterKey.byteCount) bytes")
            }
            return secret.withBytes { SymmetricKey(data: $0) }
        case .passphrase(let words): return try Passphrase.stretch(words, salt: salt, cost: cost)
        }
    }

    private static func context(_ storeID: String, _ id: String, _ kind: Kind, _ salt: Data, _ cost: Int) -> [UInt8] {
        var form = CanonicalForm()
        form.append("postern-store-v1 wrap")
        form.append(storeID)
        form.append(id)
        form.append(kind.rawValue)
        salt.withUnsafeBytes { form.append($0) }
        form.append(Int64(cost))
        return form.bytes
    }
}
