/// An agent with everything it may reach, ready to be looked up.
package final class CompiledAgent: Sendable {
    package let name: String
    package let limiter: Limiter
    package let rules: [AccessRule]
    private let rulesByHost: [String: [AccessRule]]
    private let wildcardRules: [AccessRule]

    init(name: String, limiter: Limiter, rules: [AccessRule]) {
        self.name = name
        self.limiter = limiter
        self.rules = rules
        var byHost: [String: [AccessRule]] = [:]
        for rule in rules {
            for host in Set(rule.hosts.filter { !$0.isWildcard }.map(\.text)) { byHost[host, default: []].append(rule) }
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
}
