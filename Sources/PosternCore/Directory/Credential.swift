/// What is injected for a provider: one secret, or several named ones, and the other values its templates name.
package struct Credential: Sendable {
    package let name: String
    /// Its id in the store; `nil` for one of the configuration file.
    package let id: String?
    /// The provider it belongs to; it is never written into a request for another one.
    package let provider: String
    /// The secrets by variable name; a single one is called `secret`.
    package let secrets: [String: Secret]
    /// Values that are not secret, such as an account name.
    package let inputs: [String: String]
    /// The hosts it may be sent to, whatever becomes of the provider; `nil` is all of the provider's.
    package let hosts: [HostPattern]?
    /// Values that it had before and that must not come back in answers either.
    package let retired: [Secret]
    /// How long it lives, if it has to be renewed; `nil` for what lives until it is rotated.
    package let life: CredentialLife?

    package init(
        name: String,
        id: String? = nil,
        provider: String,
        secrets: [String: Secret],
        inputs: [String: String],
        hosts: [HostPattern]? = nil,
        retired: [Secret] = [],
        life: CredentialLife? = nil
    ) {
        self.name = name
        self.id = id
        self.provider = provider
        self.secrets = secrets
        self.inputs = inputs
        self.hosts = hosts
        self.retired = retired
        self.life = life
    }
}

/// A credential ready to be written into requests for its provider; every grant of it shares one.
package final class CompiledCredential: Sendable {
    package let name: String
    /// Its id in the store, or its name.
    package let identity: String
    package let provider: Provider
    let hosts: [HostPattern]?
    let injection: InjectionPlan
    /// How long it lives, if it has to be renewed.
    package let life: CredentialLife?

    /// Renders a credential for its provider.
    ///
    /// - Throws: ``DirectoryError`` if its values cannot stand in the places that the provider has.
    package init(_ credential: Credential, for provider: Provider) throws(DirectoryError) {
        name = credential.name
        identity = credential.id ?? credential.name
        self.provider = provider
        hosts = credential.hosts
        life = credential.life
        injection = try InjectionPlan(credential, for: provider)
    }
}
