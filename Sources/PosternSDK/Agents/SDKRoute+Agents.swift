internal import PosternAdmin
internal import PosternCore

extension SDKRoute {
    /// Who may make and change agents.
    static let operators = Audience.application(else: "agent_cannot_mint_subagents")
    /// The longest that a narrowing of scopes may be put off.
    private static let maxGraceSeconds = 604_800

    static let agents: [SDKRoute] = [
        SDKRoute(
            .get,
            "/sdk/agents/me",
            .nothing,
            for: .agent(else: "me_requires_agent_key"),
            worksWhilePaused: true
        ) { call in
            guard let id = call.caller.agent?.id else { throw SDKRefusal.agentNotFound }
            return try await call.answer(try await call.administration.agent(id))
        },
        SDKRoute(.post, "/sdk/agents", .scope("agents:write"), for: operators) { try await $0.createAgent() },
        SDKRoute(
            .get,
            "/sdk/agents",
            .scope("agents:read"),
            for: operators,
            query: ["include_revoked", "limit", "name", "offset"]
        ) { try await $0.listAgents() },
        SDKRoute(.get, "/sdk/agents/{agent}", .scope("agents:read"), for: operators) { call in
            try await call.answer(try await call.administration.agent(try call.agentID()))
        },
        SDKRoute(
            .patch,
            "/sdk/agents/{agent}",
            .scope("agents:write"),
            for: operators,
            query: ["expected_version", "grace_seconds"]
        ) { call in
            let version = try call.integer("expected_version", in: 1...Int.max)
            let grace = try call.integer("grace_seconds", in: 0...maxGraceSeconds)
            return try await call.updateAgent(version: version, grace: grace.map { .seconds($0) })
        },
        SDKRoute(.delete, "/sdk/agents/{agent}", .scope("agents:admin"), for: operators) { call in
            try call.expectNoMembers()
            let id = try call.agentID()
            return try await call.answer(
                try await call.administration.revokeAgent(id, by: call.caller.operator)
            )
        },
    ]
}
