internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension AgentAnswer {
    init(_ agent: StoredAgent, key: MintedKey? = nil) {
        self.init(
            id: agent.id,
            name: agent.name,
            displayName: agent.displayName,
            status: agent.status.rawValue,
            parent: agent.parentID,
            scopes: RawJSON(json: agent.scopes)?.listsByName ?? [:],
            requestsPerMinute: agent.limits.requestsPerMinute,
            concurrentRequests: agent.limits.concurrentRequests,
            policy: agent.policy.flatMap { RawJSON(json: $0) },
            metadata: RawJSON(json: agent.metadata) ?? .empty,
            version: agent.version,
            createdAt: Timestamp.text(agent.createdAt),
            updatedAt: Timestamp.text(agent.updatedAt)
        )
        kind = agent.kind.rawValue
        pendingScopes = agent.pendingScopes.flatMap { RawJSON(json: $0)?.listsByName }
        scopesApplyAt = agent.scopesApplyAt.map { Timestamp.text($0) }
        self.key = key.map { KeyAnswer($0) }
    }
}

extension RawJSON {
    /// The strings in an object of arrays of strings.
    fileprivate var listsByName: [String: [String]] {
        guard case .object(let members) = self else { return [:] }
        return members.mapValues { value in
            guard case .array(let elements) = value else { return [] }
            return elements.compactMap { element in
                guard case .text(let text) = element else { return nil }
                return text
            }
        }
    }
}
