internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// One generation of a managed secret's values, encrypted.
struct VersionRow: StoredRow {
    let id: String
    let secretID: String
    let number: Int
    /// Nonce, ciphertext and tag of AES-GCM.
    var sealed: Data
    let createdAt: Int64
    var retiredAt: Int64?
    var forgetAt: Int64?

    /// Encrypts a version's values for the hosts of its secret.
    init(_ version: StoredSecretVersion, of secret: StoredSecret, _ sealer: ValueSealer) throws {
        id = version.id
        secretID = version.secretID
        number = version.number
        createdAt = version.createdAt
        retiredAt = version.retiredAt
        forgetAt = version.forgetAt
        sealed = try sealer.seal(version.values, versionID: version.id, of: secret)
    }

    /// Decrypts the values.
    func opened(of secret: StoredSecret, _ sealer: ValueSealer) throws -> StoredSecretVersion {
        StoredSecretVersion(
            id: id,
            secretID: secretID,
            number: number,
            values: try sealer.open(sealed, versionID: id, of: secret),
            createdAt: createdAt,
            retiredAt: retiredAt,
            forgetAt: forgetAt
        )
    }

    var table: Table { .secretVersions }

    var values: [DatabaseValue] {
        [
            id.databaseValue, secretID.databaseValue, number.databaseValue, sealed.databaseValue,
            createdAt.databaseValue, retiredAt.databaseValue, forgetAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        id = try columns.text()
        secretID = try columns.text()
        number = Int(try columns.number())
        sealed = try columns.bytes()
        createdAt = try columns.number()
        retiredAt = try columns.optionalNumber()
        forgetAt = try columns.optionalNumber()
    }
}
