/// An agent with everything it may reach, ready to be looked up.
package final class CompiledAgent: Sendable {
    /// Who it is: an agent, or another principal that is served like one.
    package let principal: PrincipalID
    /// The name under which the directory holds it.
    package var name: String { principal.directoryName }
    /// The agent's name; `nil` for another principal.
    package var agentName: String? { if case .agent(let name) = principal { name } else { nil } }
    /// The user's id; `nil` for another principal.
    package var userID: String? { if case .user(let id) = principal { id } else { nil } }
    /// Its id in the store; `nil` for one of the configuration file.
    package let id: String?
    /// Whether nothing of it is let through.
    package let isPaused: Bool
    package let keys: [AgentKey]
    package let rules: [AccessRule]
    package let limiter: Limiter
    private let rulesByHost: [String: [AccessRule]]
    private let wildcardRules: [AccessRule]
    private let identities: Set<ObjectIdentifier>

    init(_ agent: Agent, limiter: Limiter, rules: [AccessRule]) {
        principal = agent.principal
        id = agent.id
        isPaused = agent.isPaused
        self.limiter = limiter
        keys = agent.keys
        self.rules = rules
        identities = Set(rules.map { ObjectIdentifier($0) })
        var byHost: [String: [AccessRule]] = [:]
        for rule in rules {
            for host in Set(rule.hosts.lazy.filter { !$0.isWildcard }.map(\.text)) {
                byHost[host, default: []].append(rule)
            }
        }
        rulesByHost = byHost
        wildcardRules = rules.filter { rule in rule.hosts.contains(where: \.isWildcard) }
    }

    /// The rules that may cover a host, each once.
    package func rules(for host: HostName) -> [AccessRule] {
        let exact = rulesByHost[host.text] ?? []
        if wildcardRules.isEmpty { return exact }
        return exact + wildcardRules.filter { rule in !exact.contains { $0 === rule } }
    }

    /// Whether a rule is one of its rules, to the letter.
    func holds(_ rule: AccessRule) -> Bool { identities.contains(ObjectIdentifier(rule)) }

    /// The rule of an id.
    package func rule(_ id: String) -> AccessRule? { rules.first { $0.id == id } }

    /// Whether it holds a placeholder, or a key by which it may ask for one.
    var givesPlaceholders: Bool { keys.contains { $0.id != nil } || rules.contains(where: \.givesPlaceholder) }

    /// The rules whose placeholder the agent holds.
    package var placeholderRules: [PlaceholderRule] {
        rules.compactMap { rule in
            guard rule.givesPlaceholder, let provider = rule.providerName, let secret = rule.credential?.name else {
                return nil
            }
            return PlaceholderRule(id: rule.id, agent: name, provider: provider, secret: secret)
        }
    }
}

/// A rule whose agent holds a placeholder.
package struct PlaceholderRule: Hashable, Sendable {
    package let id: String
    package let agent: String
    package let provider: String
    package let secret: String
}
