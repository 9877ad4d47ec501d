internal import Crypto
internal import FoundationEssentials

/// The keys that seal one store, all derived from its data key.
struct StoreKeys: Sendable {
    /// Seals rows, and the sum over them.
    let rows: SymmetricKey
    /// Encrypts values.
    let values: SymmetricKey
    /// Encrypts files beside the store.
    let files: SymmetricKey

    init(dataKey: SymmetricKey, storeID: String) {
        func key(_ purpose: String, byteCount: Int) -> SymmetricKey {
            HKDF<SHA512>.deriveKey(
                inputKeyMaterial: dataKey,
                salt: Array(storeID.utf8),
                info: Array("postern-store-v1 \(purpose)".utf8),
                outputByteCount: byteCount
            )
        }
        rows = key("rows", byteCount: 64)
        values = key("values", byteCount: 32)
        files = key("files", byteCount: 32)
    }
}
