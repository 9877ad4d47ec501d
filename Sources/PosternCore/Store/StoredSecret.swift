/// A managed secret: a credential of a provider, without its values.
package struct StoredSecret: Hashable, Sendable {
    /// Whose it is.
    package enum Kind: String, Sendable, CaseIterable {
        /// The operator's.
        case managed
        /// The tokens of a user's connection, which only that connection changes.
        case connection
    }

    package let id: String
    package let kind: Kind
    /// Unique among secrets that are not removed.
    package let name: String
    package let provider: String
    /// The host patterns to which its values may ever be sent, whatever becomes of the provider.
    ///
    /// They are bound into the seal of every value, and taken anew from the provider when the secret is rotated.
    package var hosts: [String]
    /// Values of the provider's templates that are not secret, as a JSON object of strings.
    package var inputs: String
    /// Whether an agent may bind it to itself with its own key.
    package var allowsSelfBind: Bool
    /// The names of the agents that may; `nil` is any of them.
    package var selfBinders: [String]?
    /// Raised by every change.
    package var version: Int
    package let createdAt: Int64
    package var updatedAt: Int64
    package var revokedAt: Int64?

    package init(
        id: String,
        kind: Kind = .managed,
        name: String,
        provider: String,
        hosts: [String],
        inputs: String = "{}",
        allowsSelfBind: Bool = false,
        selfBinders: [String]? = nil,
        version: Int = 1,
        createdAt: Int64,
        updatedAt: Int64,
        revokedAt: Int64? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.provider = provider
        self.hosts = hosts
        self.inputs = inputs
        self.allowsSelfBind = allowsSelfBind
        self.selfBinders = selfBinders
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revokedAt = revokedAt
    }
}

/// One generation of a managed secret's values.
package struct StoredSecretVersion: Sendable {
    package let id: String
    package let secretID: String
    /// 1 for the first.
    package let number: Int
    /// The values by variable name; a single one is called `secret`.
    package let values: [String: Secret]
    package let createdAt: Int64
    /// Since when a newer one is used in its place; `nil` for the one in use.
    package var retiredAt: Int64?
    /// When its values are forgotten; until then they are still masked in answers, and it can be made the current one again.
    package var forgetAt: Int64?

    package init(
        id: String,
        secretID: String,
        number: Int,
        values: [String: Secret],
        createdAt: Int64,
        retiredAt: Int64? = nil,
        forgetAt: Int64? = nil
    ) {
        self.id = id
        self.secretID = secretID
        self.number = number
        self.values = values
        self.createdAt = createdAt
        self.retiredAt = retiredAt
        self.forgetAt = forgetAt
    }
}
