package import PosternCore

/// A placeholder that a configuration gives an agent.
package struct GivenPlaceholder: Hashable, Sendable {
    package let agent: String
    package let secret: String
    package let provider: String
    /// What the agent holds in place of the secret.
    package let text: String
    /// The environment variables from which clients of the provider commonly read it.
    package let variables: [String]

    /// Makes it as the provider's clients like it.
    package init(agent: String, secret: String, provider: String, from key: PlaceholderKey) {
        let entry = ProviderCatalogue.builtIn.entries[provider]
        self.agent = agent
        self.secret = secret
        self.provider = provider
        text = key.placeholder(agent: agent, secret: secret, prefix: entry?.placeholder)
        variables = entry?.env.secret ?? []
    }
}

extension Configuration {
    /// The placeholders of every grant with `placeholder = true`, each once, in the order of the file.
    package func placeholders(from key: PlaceholderKey) -> [GivenPlaceholder] {
        var given: [GivenPlaceholder] = []
        for grant in contents.grants where grant.terms.givesPlaceholder {
            let provider = contents.credentials.first { $0.name == grant.credential }?.provider ?? ""
            let placeholder = GivenPlaceholder(
                agent: grant.agent,
                secret: grant.credential,
                provider: provider,
                from: key
            )
            if !given.contains(placeholder) { given.append(placeholder) }
        }
        return given
    }
}
