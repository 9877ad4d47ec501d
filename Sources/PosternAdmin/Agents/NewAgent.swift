package import PosternCore

/// An agent that is to be made.
package struct NewAgent: Sendable {
    package var name: String
    package var kind = StoredAgent.Kind.agent
    package var displayName: String?
    /// The agent below which it stands: a name or an id.
    package var parent: String?
    /// What it may ask of each provider, by its name; none is whatever it is granted.
    ///
    /// Secrets are named by themselves, or in a list called `managed_secret_slugs`.
    package var scopes: [String: [String]] = [:]
    package var limits = Limits()
    /// Constraints on every request of it, as a JSON object with the keys of a grant, and `providers`.
    package var policy: String?
    /// The operator's own notes, as a JSON object.
    package var metadata = "{}"
    /// Its first key; `nil` for an agent without one.
    package var key: NewKey? = NewKey()

    package init(name: String) { self.name = name }
}

/// What is to be different about an agent.
package struct AgentChange: Sendable {
    package var displayName = Change<String?>.keep
    package var scopes = Change<[String: [String]]>.keep
    package var requestsPerMinute = Change<Int?>.keep
    package var concurrentRequests = Change<Int?>.keep
    package var policy = Change<String?>.keep
    package var metadata = Change<String>.keep
    /// The version that was seen: the change is refused if there is a newer one.
    package var expectedVersion: Int?
    /// How long scopes that are taken away still hold.
    package var grace = Duration.zero

    package init() {}
}
