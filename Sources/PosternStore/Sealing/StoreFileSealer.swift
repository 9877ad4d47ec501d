internal import Crypto
internal import FoundationEssentials
package import PosternCore

/// Encrypts files beside the store with a key of its own: AES-256-GCM, a fresh random nonce, the name as associated data.
package struct StoreFileSealer: FileSealer {
    private let key: SymmetricKey

    init(_ keys: StoreKeys) { key = keys.files }

    package func seal(_ bytes: [UInt8], as name: String) -> [UInt8] {
        guard let sealed = try? AES.GCM.seal(bytes, using: key, authenticating: context(name)).combined else {
            preconditionFailure("a nonce of AES-GCM has 12 bytes")
        }
        return Array(sealed)
    }

    package func open(_ sealed: [UInt8], as name: String) -> Secret? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            var bytes = try? AES.GCM.open(box, using: key, authenticating: context(name))
        else { return nil }
        defer { bytes.wipe() }
        return Secret(bytes)
    }

    private func context(_ name: String) -> [UInt8] {
        var form = CanonicalForm()
        form.append("postern-store-v1 file")
        form.append(name)
        return form.bytes
    }
}

extension SQLiteStore {
    /// What encrypts files beside the store.
    package var fileSealer: StoreFileSealer { StoreFileSealer(keys) }
}
