/// What is injected for a provider: one secret, or several named ones, and the other values its templates name.
package struct Credential: Sendable {
    package let name: String
    /// The provider it belongs to; it is never written into a request for another one.
    package let provider: String
    /// The secrets by variable name; a single one is called `secret`.
    package let secrets: [String: Secret]
    /// Values that are not secret, such as an account name.
    package let inputs: [String: String]

    package init(name: String, provider: String, secrets: [String: Secret], inputs: [String: String]) {
        self.name = name
        self.provider = provider
        self.secrets = secrets
        self.inputs = inputs
    }
}
