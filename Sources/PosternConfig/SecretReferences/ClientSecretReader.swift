package import PosternCore

/// Reads the secrets by which Postern proves to providers who it is.
package struct ClientSecretReader: Sendable {
    private static let rules = SecretRules(minBytes: 1, reasonForMin: "", allowsInnerSpaces: true)

    private let environment: [String: String]

    /// Takes Postern's own environment.
    package init(environment: [String: String]) { self.environment = environment }

    /// Reads a secret by its reference; it may block for seconds.
    ///
    /// - Throws: ``ConfigError`` that names where the secret is and never its value.
    package func read(_ reference: String) throws(ConfigError) -> Secret {
        do throws(Refusal) {
            return try SecretReader(environment: environment)
                .secret(SecretReference(reference), obeying: ClientSecretReader.rules)
        } catch { throw ConfigError(file: "client_secret", reason: error.reason, hint: error.hint) }
    }
}
