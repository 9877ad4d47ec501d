/// What a change of the store makes different for requests.
package struct Impact: Sendable {
    /// The ids of agents whose state, keys, policy or grants changed.
    package var agents: Set<String> = []
    /// The ids of secrets whose values, hosts or state changed; every agent that may use one is affected.
    package var secrets: Set<String> = []
    /// The names of providers that were defined, changed or removed.
    package var providers: Set<String> = []

    package init(agents: Set<String> = [], secrets: Set<String> = [], providers: Set<String> = []) {
        self.agents = agents
        self.secrets = secrets
        self.providers = providers
    }

    /// Nothing that a request could notice.
    package static let none = Impact()

    /// Whether no request could notice.
    package var isEmpty: Bool { agents.isEmpty && secrets.isEmpty && providers.isEmpty }

    /// Joins what two changes make different.
    package mutating func formUnion(_ other: Impact) {
        agents.formUnion(other.agents)
        secrets.formUnion(other.secrets)
        providers.formUnion(other.providers)
    }
}
