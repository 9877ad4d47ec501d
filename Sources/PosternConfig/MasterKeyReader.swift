package import PosternCore

/// Reads the master key of the store from where the configuration says it is.
package struct MasterKeyReader: Sendable {
    /// The fewest bytes of a passphrase.
    package static let minPassphraseBytes = 12

    private static let passphraseRules = SecretRules(
        minBytes: minPassphraseBytes,
        reasonForMin: "a shorter one could be guessed",
        allowsInnerSpaces: true
    )
    private static let keyRules = SecretRules(
        minBytes: 2 * MasterKey.byteCount,
        reasonForMin: "it is \(2 * MasterKey.byteCount) hexadecimal digits",
        allowsInnerSpaces: false
    )

    private let environment: [String: String]

    /// Takes Postern's own environment.
    package init(environment: [String: String]) { self.environment = environment }

    /// Reads a key or passphrase by its reference; it may block for seconds.
    ///
    /// - Throws: ``ConfigError`` that names the reference and never its value.
    package func read(_ source: MasterKeySource) throws(ConfigError) -> MasterKey? {
        let reader = SecretReader(environment: environment)
        do throws(Refusal) {
            switch source {
            case .prompt: return nil
            case .passphrase(let reference):
                return .passphrase(
                    try reader.secret(SecretReference(reference), obeying: MasterKeyReader.passphraseRules)
                )
            case .key(let reference):
                let digits = try reader.secret(SecretReference(reference), obeying: MasterKeyReader.keyRules)
                guard let key = digits.withBytes({ HexDigit.bytes(of: $0) }), key.count == MasterKey.byteCount else {
                    throw Refusal(
                        "the master key is not \(2 * MasterKey.byteCount) hexadecimal digits",
                        hint: "make one with: openssl rand -hex \(MasterKey.byteCount)"
                    )
                }
                return .key(Secret(key))
            }
        } catch { throw ConfigError(file: "[store]", reason: error.reason, hint: error.hint) }
    }
}
