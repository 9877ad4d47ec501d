/// Puts agents together with their rules.
package struct AgentCompiler: Sendable {
    private let placeholders: PlaceholderKey
    let limiters: LimiterTable
    private let egress: [EgressRule]

    /// `egress` are all rules there are; each agent gets its own.
    package init(placeholders: PlaceholderKey, limiters: LimiterTable, egress: [EgressRule]) {
        self.placeholders = placeholders
        self.limiters = limiters
        self.egress = egress
    }

    /// Compiles an agent.
    ///
    /// `previous` is what it was, compiled by this compiler, if its policy is still the same: each rule that would come out as
    /// it was is kept, and with it the upstream connections that were opened under it.
    package func compile(
        _ agent: Agent,
        grants: [(grant: Grant, credential: CompiledCredential)],
        replacing previous: CompiledAgent? = nil
    ) -> CompiledAgent {
        let limiter = limiters.limiter("agent", agent.name, agent.limits)
        let former = previous.flatMap { $0.limiter === limiter ? $0.rules : nil } ?? []
        let formerByID = Dictionary(former.map { ($0.id, $0) }) { first, _ in first }
        var rules: [AccessRule] = []
        for (grant, credential) in grants {
            // Nothing of a grant changes but that it ends, so the same id and credential make the same rule.
            if let rule = formerByID[grant.id], rule.credential === credential {
                rules.append(rule)
                continue
            }
            let ancestors = grant.ancestors.map { limiters.limiter("rule", $0.id, $0.terms.limits) }
            rules.append(
                AccessRule(
                    grant,
                    credential,
                    of: agent,
                    limiters: [limiters.limiter("rule", grant.id, grant.terms.limits)] + ancestors + [limiter],
                    placeholders: placeholders
                )
            )
        }
        rules += egressRules(of: agent, limiter, former: formerByID)
        return CompiledAgent(agent, limiter: limiter, rules: rules)
    }

    private func egressRules(of agent: Agent, _ limiter: Limiter, former: [String: AccessRule]) -> [AccessRule] {
        guard case .agent(let name) = agent.principal else { return [] }
        return egress.filter { $0.isHeld(by: name) }.map { rule in
            if let known = former[rule.id], known.credential == nil { return known }
            let own = limiters.limiter("rule", rule.limiterID(for: name), rule.limits)
            return AccessRule(rule, of: agent, limiters: [own, limiter])
        }
    }
}
