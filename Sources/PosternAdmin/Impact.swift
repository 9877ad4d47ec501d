/// What a change of the store makes different for requests.
package struct Impact: Sendable {
    /// The ids of agents whose state, keys, policy or grants changed.
    package var agents: Set<String> = []
    /// The ids of secrets whose values, hosts or state changed; every agent that may use one is affected.
    package var secrets: Set<String> = []
    /// The names of providers that were defined, changed or removed.
    package var providers: Set<String> = []
    /// The ids of users whose state, groups or grants changed.
    package var users: Set<String> = []
    /// The names of groups to which grants were made or revoked.
    package var groups: Set<String> = []
    /// Whether the application's keys or grants changed.
    package var app = false

    package init(
        agents: Set<String> = [],
        secrets: Set<String> = [],
        providers: Set<String> = [],
        users: Set<String> = [],
        groups: Set<String> = [],
        app: Bool = false
    ) {
        self.users = users
        self.groups = groups
        self.app = app
        self.agents = agents
        self.secrets = secrets
        self.providers = providers
    }

    /// Nothing that a request could notice.
    package static let none = Impact()

    /// Whether no request could notice.
    package var isEmpty: Bool {
        agents.isEmpty && secrets.isEmpty && providers.isEmpty && users.isEmpty && groups.isEmpty && !app
    }

    /// Joins what two changes make different.
    package mutating func formUnion(_ other: Impact) {
        agents.formUnion(other.agents)
        secrets.formUnion(other.secrets)
        providers.formUnion(other.providers)
        users.formUnion(other.users)
        groups.formUnion(other.groups)
        app = app || other.app
    }
}
