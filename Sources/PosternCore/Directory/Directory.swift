/// Who may do what: one immutable value that every decision reads, replaced whole when anything changes.
package final class Directory: Sendable {
    package let agents: [CompiledAgent]
    private let agentsByName: [String: CompiledAgent]
    private let agentsByKey: [KeyDigest: CompiledAgent]
    /// Where each provider takes its credential.
    private let slots: [String: CredentialSlots]
    /// What the agents' placeholders are made from.
    private let placeholders: PlaceholderKey
    /// Finds them in requests.
    package let search: PlaceholderSearch
    /// Whether any agent has one.
    let givesPlaceholders: Bool

    /// Compiles declarations.
    ///
    /// `previous` is the directory that this one replaces; counts of requests are carried over where the
    /// limits are the same, so that a reload gives nobody a fresh allowance.
    ///
    /// `placeholders` is what placeholders are made from: by default what it was, or what nobody else knows.
    ///
    /// - Throws: ``DirectoryError`` for a name that does not exist or a credential that cannot be rendered.
    package init(
        _ contents: DirectoryContents,
        placeholders key: PlaceholderKey? = nil,
        replacing previous: Directory? = nil
    ) throws(DirectoryError) {
        let placeholders = key ?? previous?.placeholders ?? .random()
        self.placeholders = placeholders
        search = PlaceholderSearch(placeholders)
        givesPlaceholders = contents.grants.contains(where: \.givesPlaceholder)
        var limiters = previous?.limiters ?? [:]
        func limiter(_ kind: String, _ id: String, _ limits: Limits) -> Limiter {
            if let kept = limiters["\(kind) \(id)"], kept.limits == limits { return kept }
            let fresh = Limiter(limits: limits)
            limiters["\(kind) \(id)"] = fresh
            return fresh
        }
        let providers = try Directory.byName("provider", contents.providers, \.name)
        let credentials = try Directory.byName("secret", contents.credentials, \.name)
        _ = try Directory.byName("agent", contents.agents, \.name)
        var ruleIDs = Set<String>()
        for id in contents.grants.map(\.id) + contents.egress.map(\.id) where !ruleIDs.insert(id).inserted {
            throw .duplicate(kind: "rule", name: id)
        }
        var rules: [String: [AccessRule]] = [:]
        for grant in contents.grants {
            guard let credential = credentials[grant.credential] else {
                throw .unknown(kind: "secret", name: grant.credential, referredToBy: "grant \(grant.id)")
            }
            guard let provider = providers[credential.provider] else {
                throw .unknown(kind: "provider", name: credential.provider, referredToBy: "secret \(credential.name)")
            }
            rules[grant.agent, default: []].append(
                try AccessRule(
                    grant,
                    credential,
                    provider,
                    limiter: limiter("rule", grant.id, grant.limits),
                    placeholders: placeholders
                )
            )
        }
        for rule in contents.egress {
            rules[rule.agent, default: []].append(AccessRule(rule, limiter: limiter("rule", rule.id, rule.limits)))
        }
        agents = contents.agents.map { agent in
            CompiledAgent(
                name: agent.name,
                limiter: limiter("agent", agent.name, agent.limits),
                rules: rules.removeValue(forKey: agent.name) ?? []
            )
        }
        if let (name, orphans) = rules.first {
            throw .unknown(kind: "agent", name: name, referredToBy: "grant \(orphans[0].id)")
        }
        agentsByName = Dictionary(uniqueKeysWithValues: agents.map { ($0.name, $0) })
        var byKey: [KeyDigest: CompiledAgent] = [:]
        for (agent, compiled) in zip(contents.agents, agents) {
            for key in agent.keys {
                guard byKey.updateValue(compiled, forKey: key) == nil else {
                    throw .duplicate(kind: "key", name: agent.name)
                }
            }
        }
        agentsByKey = byKey
        slots = providers.mapValues(CredentialSlots.init)
        var current: [String: Limiter] = [:]
        for agent in agents {
            current["agent \(agent.name)"] = agent.limiter
            for rule in agent.rules { current["rule \(rule.id)"] = rule.limiter }
        }
        self.limiters = current
    }

    private let limiters: [String: Limiter]

    /// The agent of a name.
    package func agent(named name: String) -> CompiledAgent? { agentsByName[name] }

    /// The agent whose key this is.
    package func agent(holding key: KeyDigest) -> CompiledAgent? { agentsByKey[key] }

    /// Where a provider takes its credential.
    package func slots(ofProvider name: String) -> CredentialSlots { slots[name] ?? CredentialSlots() }

    private static func byName<Value>(
        _ kind: String,
        _ values: [Value],
        _ name: (Value) -> String
    ) throws(DirectoryError) -> [String: Value] {
        var result: [String: Value] = [:]
        for value in values {
            guard result.updateValue(value, forKey: name(value)) == nil else {
                throw .duplicate(kind: kind, name: name(value))
            }
        }
        return result
    }
}
