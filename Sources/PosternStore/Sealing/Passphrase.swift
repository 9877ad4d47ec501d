internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
internal import PosternCore

/// Stretches a passphrase into a key by scrypt.
///
/// RFC 7914.
enum Passphrase {
    /// The logarithm of the cost of new ones: 128 MiB of memory, about half a second.
    static let cost = 17
    /// The costs that are obeyed: a store must not make us take the machine's memory, nor make guessing cheap.
    private static let costs = 17...19
    private static let blockSize = 8
    private static let saltByteCount = 16

    static func makeSalt() -> Data {
        SymmetricKey(size: .init(bitCount: 8 * saltByteCount)).withUnsafeBytes { Data($0) }
    }

    static func stretch(_ words: Secret, salt: Data, cost: Int) throws -> SymmetricKey {
        guard words.count > 0 else { throw StoreError.unavailable(reason: "the passphrase is empty") }
        guard costs.contains(cost), salt.count == saltByteCount else {
            throw StoreError.corrupt(reason: "the passphrase's parameters are out of bounds")
        }
        return try words.withBytes { words in
            try KDF.Scrypt.deriveKey(
                from: words,
                salt: salt,
                outputByteCount: MasterKey.byteCount,
                rounds: 1 << cost,
                blockSize: blockSize,
                parallelism: 1
            )
        }
    }
}
