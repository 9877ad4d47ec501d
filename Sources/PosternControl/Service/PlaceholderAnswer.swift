/// What an agent puts where a tool wants a credential.
package struct PlaceholderAnswer: Codable, Hashable, Sendable {
    package let agent: String
    package let secret: String
    package let provider: String
    /// The id of the grant, or its place in the configuration.
    package let grant: String
    /// The environment variable in which tools look for it, if the provider has one.
    @Nullable package var variable: String?
    package let placeholder: String

    package init(agent: String, secret: String, provider: String, grant: String, variable: String?, placeholder: String)
    {
        self.agent = agent
        self.secret = secret
        self.provider = provider
        self.grant = grant
        self.variable = variable
        self.placeholder = placeholder
    }
}
