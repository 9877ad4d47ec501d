internal import PosternCore

// What is added to the scopes of an agent holds at once. What is taken away may hold for a while, so that whoever runs the
// agent can follow.

extension Act {
    private static let maxGrace = Duration.seconds(7 * 86_400)

    /// Writes scopes as they are kept.
    func scopes(_ scopes: [String: [String]]) throws(AdministrationError) -> String {
        let text = JSONTexts.object(scopes)
        try JSONTexts.checkSize(text, "scopes")
        return text
    }

    /// Gives an agent other scopes, those that it loses after a while.
    func set(
        _ scopes: [String: [String]],
        of agent: inout StoredAgent,
        grace: Duration
    ) throws(AdministrationError) {
        guard grace >= .zero, grace <= Act.maxGrace, let end = time(after: grace) else {
            throw .invalid(member: "grace_seconds", reason: "must be 0 seconds to 7 days")
        }
        let old = JSONTexts.lists(agent.scopes)
        let text = try self.scopes(scopes)
        guard grace > .zero, Act.isAnythingLost(from: old, in: scopes) else {
            agent.scopes = text
            agent.pendingScopes = nil
            agent.scopesApplyAt = nil
            return
        }
        agent.scopes = try self.scopes(Act.union(old, scopes))
        // Asked for again, it does not take longer.
        guard agent.pendingScopes != text else { return }
        agent.pendingScopes = text
        agent.scopesApplyAt = end
    }

    mutating func applyDueScopes() throws -> [String] {
        let due = try store.agents(withScopesDueAt: now)
        parts = try due.map { agent in
            var agent = agent
            agent.scopes = agent.pendingScopes ?? agent.scopes
            agent.pendingScopes = nil
            agent.scopesApplyAt = nil
            _ = try replace(agent)
            var part = record
            part.agent = agent.name
            return part
        }
        return due.map(\.id)
    }

    /// Whether something that was allowed is not any more; no scopes at all allow everything.
    private static func isAnythingLost(from old: [String: [String]], in new: [String: [String]]) -> Bool {
        if new.isEmpty { return false }
        if old.isEmpty { return true }
        return old.contains { name, scopes in !Set(scopes).isSubset(of: new[name] ?? []) || new[name] == nil }
    }

    /// What either allows.
    private static func union(_ old: [String: [String]], _ new: [String: [String]]) -> [String: [String]] {
        if old.isEmpty || new.isEmpty { return [:] }
        return old.merging(new) { old, new in old + new.filter { !old.contains($0) } }
    }
}
