/// What opens a store.
package enum MasterKey: Sendable {
    /// 32 random bytes.
    case key(Secret)
    /// Words of a person, which are stretched by scrypt (RFC 7914).
    case passphrase(Secret)

    /// The bytes of a key.
    package static let byteCount = 32
}
