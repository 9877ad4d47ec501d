/// `POST /v1/provision`: all of it is made, or none.
package struct ProvisionRequest: Encodable, Sendable {
    package var agents: [AgentCreateRequest]
    package var grants: [GrantCreateRequest]

    package init(agents: [AgentCreateRequest] = [], grants: [GrantCreateRequest] = []) {
        self.agents = agents
        self.grants = grants
    }
}

/// What was made, in the order in which it was asked for.
package struct ProvisionAnswer: Codable, Hashable, Sendable {
    package let agents: [AgentAnswer]
    package let grants: [GrantAnswer]

    package init(agents: [AgentAnswer], grants: [GrantAnswer]) {
        self.agents = agents
        self.grants = grants
    }
}
