package import PosternCore

/// A managed secret that is to be stored.
package struct NewSecret: Sendable {
    package var name: String
    package var provider: String
    /// The values by variable name; a single one is called `secret`.
    package var values: [String: Secret]
    /// Values of the provider's templates that are not secret.
    package var inputs: [String: String] = [:]
    /// Whether an agent may bind it to itself with its own key.
    package var allowsSelfBind = false
    /// The names of the agents that may, if any may; `nil` is every agent.
    package var selfBinders: [String]?

    package init(name: String, provider: String, values: [String: Secret]) {
        self.name = name
        self.provider = provider
        self.values = values
    }
}

/// What is to be different about a managed secret.
package struct SecretChange: Sendable {
    package var inputs = Change<[String: String]>.keep
    package var allowsSelfBind = Change<Bool>.keep
    package var selfBinders = Change<[String]?>.keep

    package init() {}
}
