internal import PosternCore

extension JSONText {
    /// The members of an agent as clients know them.
    static func members(of agent: StoredAgent, lastUse: Int64? = nil) -> [(String, JSONText)] {
        [
            ("id", .text(agent.id)), ("name", .text(agent.name)), ("type", .text(agent.kind.rawValue)),
            ("status", .text(status(of: agent))), ("version", .integer(agent.version)),
            ("created_at", .time(agent.createdAt)), ("display_name", .text(agent.displayName)),
            ("last_used_at", .time(lastUse)), ("parent_agent_id", .text(agent.parentID)),
            ("scopes", .json(agent.scopes)), ("scopes_pending", agent.pendingScopes.map { .json($0) } ?? .null),
            ("scopes_applies_at", .time(agent.scopesApplyAt)),
            ("policy", agent.policy.map(policy) ?? .object([])), ("metadata", .json(agent.metadata)),
            ("rate_limit_per_minute", .integer(agent.limits.requestsPerMinute)),
        ]
    }

    private static func status(of agent: StoredAgent) -> String {
        switch agent.status {
        case .active: "active"
        case .paused: "inactive"
        case .revoked: "revoked"
        }
    }

    /// A policy without the names of those who approve, which are nobody's business but the operator's.
    static func policy(_ json: String) -> JSONText {
        guard let document = try? JSONDocument(Array(json.utf8)), document.root.kind == .object else {
            return .object([])
        }
        return .object(
            document.root.members.map { name, value in
                let isApproval = name.string == Array("requires_approval".utf8)
                return (text(of: name), isApproval ? approval(value) : .json(source(value)))
            }
        )
    }

    private static func approval(_ terms: JSONValue) -> JSONText {
        guard terms.kind == .object else { return .json(source(terms)) }
        return .object(
            terms.members.map { name, value in
                name.string == Array("approvers".utf8)
                    ? ("approvers_count", .integer(value.elements.reduce(0) { count, _ in count + 1 }))
                    : (text(of: name), .json(source(value)))
            }
        )
    }

    private static func text(of name: JSONValue) -> String { String(decoding: name.string ?? [], as: UTF8.self) }
    private static func source(_ value: JSONValue) -> String { String(decoding: value.source, as: UTF8.self) }
}
