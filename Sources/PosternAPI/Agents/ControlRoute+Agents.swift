internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let agents: [ControlRoute] = [
        ControlRoute(.get, "/v1/agents", query: ControlPage.parameters + ["include_revoked"]) { call in
            let page = try ControlPage(call.query)
            let (agents, total) = try await call.administration.agents(
                includingRevoked: call.flag("include_revoked"),
                page.page
            )
            return .ok(page.answer(agents.map { AgentAnswer($0) }, total: total))
        },
        ControlRoute(.post, "/v1/agents") { call in
            let new = try call.members { members throws(ControlRefusal) in try NewAgent(&members) }
            let (agent, key) = try await call.administration.createAgent(new, by: call.operator)
            return .created(AgentAnswer(agent, key: key))
        },
        ControlRoute(.get, "/v1/agents/{agent}") { call in
            .ok(AgentAnswer(try await call.administration.agent(call.parameter("agent"))))
        },
        ControlRoute(.patch, "/v1/agents/{agent}") { call in
            let change = try call.members { members throws(ControlRefusal) in try AgentChange(&members) }
            let agent = try call.parameter("agent")
            return .ok(AgentAnswer(try await call.administration.updateAgent(agent, change, by: call.operator)))
        },
        ControlRoute(.post, "/v1/agents/{agent}/pause") { call in
            try call.expectNoMembers()
            let agent = try call.parameter("agent")
            return .ok(AgentAnswer(try await call.administration.pauseAgent(agent, by: call.operator)))
        },
        ControlRoute(.post, "/v1/agents/{agent}/resume") { call in
            try call.expectNoMembers()
            let agent = try call.parameter("agent")
            return .ok(AgentAnswer(try await call.administration.resumeAgent(agent, by: call.operator)))
        },
        ControlRoute(.post, "/v1/agents/{agent}/revoke") { call in
            try call.expectNoMembers()
            let agent = try call.parameter("agent")
            return .ok(AgentAnswer(try await call.administration.revokeAgent(agent, by: call.operator)))
        },
    ]
}
