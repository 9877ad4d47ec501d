internal import PosternConfig
internal import PosternCore

extension Act {
    /// The most agents, or grants, that may be below one another.
    static let maxDepth = 8

    mutating func createAgent(_ new: NewAgent) throws -> (agent: StoredAgent, key: MintedKey?) {
        try TextRules.checkName(new.name)
        record.agent = new.name
        try checkIsFree(new.name)
        try TextRules.check(new.displayName, "display_name")
        try check(new.limits)
        try new.policy.map(checkPolicy)
        try JSONTexts.checkObject(new.metadata, "metadata")
        let agent = StoredAgent(
            id: Identifier.random(),
            name: new.name,
            kind: new.kind,
            displayName: new.displayName,
            parentID: try new.parent.map(parent)?.id,
            scopes: try scopes(new.scopes),
            limits: new.limits,
            policy: new.policy,
            metadata: new.metadata,
            createdAt: now,
            updatedAt: now
        )
        try store.insert(agent)
        impact.agents.insert(agent.id)
        record.detail = "id \(agent.id)"
        return (agent, try new.key.map { try mintKey($0, for: KeyOwner(agent)) })
    }

    mutating func updateAgent(_ reference: String, _ change: AgentChange) throws -> StoredAgent {
        let old = try agent(reference)
        try old.requireNotRevoked()
        try old.require(version: change.expectedVersion)
        var new = old
        new.displayName = change.displayName.applied(to: old.displayName)
        new.limits.requestsPerMinute = change.requestsPerMinute.applied(to: old.limits.requestsPerMinute)
        new.limits.concurrentRequests = change.concurrentRequests.applied(to: old.limits.concurrentRequests)
        new.policy = change.policy.applied(to: old.policy)
        new.metadata = change.metadata.applied(to: old.metadata)
        if case .set(let scopes) = change.scopes { try set(scopes, of: &new, grace: change.grace) }
        try TextRules.check(new.displayName, "display_name")
        try check(new.limits)
        try new.policy.map(checkPolicy)
        try JSONTexts.checkObject(new.metadata, "metadata")
        return new == old ? old : try replace(new)
    }

    mutating func setAgent(_ reference: String, to status: StoredAgent.Status) throws -> StoredAgent {
        var agent = try agent(reference)
        try agent.requireNotRevoked()
        guard agent.status != status else { return agent }
        agent.status = status
        // Those below it work only while it does.
        impact.agents.formUnion(try store.agents(anywhereBelow: agent.id).map(\.id))
        return try replace(agent)
    }

    mutating func revokeAgent(_ reference: String) throws -> StoredAgent {
        let agent = try agent(reference)
        guard agent.status != .revoked else { return agent }
        let below = try store.agents(anywhereBelow: agent.id)
        var grants = 0
        for var each in below + [agent] {
            grants += try endEverything(of: each)
            try endApprovals(askedBy: each)
            try closeSecrets(to: each)
            each.status = .revoked
            _ = try replace(each)
        }
        record.detail = "with \(below.count) agents below it and \(grants) grants"
        return try store.existingAgent(agent.id)
    }

    /// The agent that an act is about, as it is recorded.
    ///
    /// It is put in force anew even if nothing changes: the same act may have failed to do so before.
    mutating func agent(_ reference: String) throws -> StoredAgent {
        let agent = try store.existingAgent(reference)
        record.agent = agent.name
        impact.agents.insert(agent.id)
        return agent
    }

    /// Ends the keys and grants of an agent, and returns how many grants ended.
    private mutating func endEverything(of agent: StoredAgent) throws -> Int {
        for var key in try store.keys(of: .agent(id: agent.id)) where key.revokedAt == nil {
            key.revokedAt = now
            key.end = .agentRevoked
            try store.update(key)
        }
        return try endGrants(of: .agent(id: agent.id)).count
    }

    mutating func replace(_ agent: StoredAgent) throws -> StoredAgent {
        var agent = agent
        agent.version += 1
        agent.updatedAt = now
        try store.update(agent)
        impact.agents.insert(agent.id)
        return agent
    }
}
