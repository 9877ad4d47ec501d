package import PosternControl

/// Agents, for people.
package enum AgentText {
    /// A line for each.
    package static func table(_ agents: [AgentAnswer]) -> Table {
        let names = Dictionary(agents.map { ($0.id, $0.name) }) { first, _ in first }
        return Table(
            ["NAME", "STATUS", "PER MINUTE", "PARENT", "CREATED"],
            agents.map { agent in
                [
                    Table.Cell(agent.name),
                    Table.Cell(agent.status, .status(agent.status)),
                    Table.Cell(agent.requestsPerMinute.map(String.init)),
                    Table.Cell(agent.parent.map { names[$0] ?? $0 }),
                    Table.Cell(When(agent.createdAt)?.short),
                ]
            }
        )
    }

    /// All of one.
    package static func facts(_ agent: AgentAnswer) -> Facts {
        var facts = Facts()
        facts.add("name", agent.name)
        facts.add("display name", agent.displayName)
        facts.add("status", agent.status, .status(agent.status))
        facts.add("kind", agent.kind)
        facts.add("id", agent.id)
        facts.add("parent", agent.parent)
        facts.add("scopes", words(agent.scopes))
        if let pending = agent.pendingScopes {
            facts.add("scopes soon", words(pending) + [When(agent.scopesApplyAt)?.long ?? ""])
        }
        facts.add("requests per minute", agent.requestsPerMinute)
        facts.add("concurrent requests", agent.concurrentRequests)
        facts.add("policy", agent.policy?.json)
        facts.add("metadata", agent.metadata == .empty ? nil : agent.metadata.json)
        facts.add("created", When(agent.createdAt)?.long)
        facts.add("changed", agent.updatedAt == agent.createdAt ? nil : When(agent.updatedAt)?.long)
        return facts
    }

    private static func words(_ scopes: [String: [String]]) -> [String] {
        scopes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: " "))" }
    }
}
