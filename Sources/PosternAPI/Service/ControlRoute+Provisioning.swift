internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let provisioning: [ControlRoute] = [
        ControlRoute(.post, "/v1/provision", maxBodyBytes: 16 * 1024 * 1024) { call in
            let wanted = try call.members { members throws(ControlRefusal) in try ProvisionWish(&members) }
            let made = try await call.administration.provision(wanted.agents, wanted.grants, by: call.operator)
            return .created(
                ProvisionAnswer(
                    agents: made.agents.map { AgentAnswer($0.agent, key: $0.key) },
                    grants: made.grants.map { GrantAnswer($0) }
                )
            )
        }
    ]
}

/// What is to be made at once.
private struct ProvisionWish {
    var agents: [NewAgent] = []
    var grants: [NewGrant] = []

    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        for var agent in try members.objects("agents") {
            agents.append(try NewAgent(&agent))
            try agent.finish()
        }
        for var grant in try members.objects("grants") {
            grants.append(try NewGrant(&grant))
            try grant.finish()
        }
    }
}
