internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Lets somebody use a managed secret.
    ///
    /// The application gives it to whom it wants; an agent only to itself, and only what the operator has opened to it.
    func createGrant() async throws -> SDKReply {
        let now = services.now()
        let (order, policy, credential) = try members { members throws(SDKRefusal) in
            (
                try GrantOrder(&members), try GrantPolicyMembers(&members, now: now),
                try members.text("credential_id")
            )
        }
        if !order.isForAgent { try requireApplication() }
        let secret = try await openSecret()
        guard credential.map({ $0 == secret.id }) ?? true else {
            throw SDKRefusal.invalid("credential_id is not that of this managed secret")
        }
        var new = NewGrant(to: try await principal(of: order), of: secret.id)
        new.label = order.label
        new.isSelfBound = !caller.isApplication
        new.expiry = policy.expiry
        let grant = try await administration.createGrant(new, by: caller.operator).grant
        return .created(
            .object([
                ("grant_id", .text(grant.id)),
                ("principal_type", .text(grant.principal.kind)),
                ("label", .text(grant.label)),
                ("created_at", .time(grant.createdAt)),
                ("credential_id", .text(secret.id)),
            ])
        )
    }

    private func principal(of order: GrantOrder) async throws -> PrincipalReference {
        switch order.principal {
        case .agent: return try effectiveAgent()
        case .user(let token): return .user(try await user(of: token).id)
        case .group(let name): return .group(name)
        case .system: return .system
        }
    }

    private func requireApplication() throws(SDKRefusal) {
        guard !caller.isApplication else { return }
        throw SDKRefusal(
            status: 403,
            code: "agent_principal_only",
            message: "an agent binds managed secrets to itself only"
        )
    }

    private func effectiveAgent() throws(SDKRefusal) -> PrincipalReference {
        guard let id = caller.agent?.id else {
            throw SDKRefusal(
                status: 422,
                code: "agent_principal_unresolved",
                message: "the request is nobody's who is an agent",
                hint: "sign with the agent's key, or name the agent as the caller"
            )
        }
        return .agent(id)
    }

    /// The managed secret that the path names, if the caller may give it to somebody.
    ///
    /// An agent is answered alike for one that is not open to it and for one that there is not, so that it cannot find out
    /// what there is.
    private func openSecret() async throws -> StoredSecret {
        let reference = try parameter("secret")
        guard !caller.isApplication else { return try await administration.secret(reference).secret }
        let secret = try await ifFound { () throws(AdministrationError) in
            try await administration.secret(reference).secret
        }
        guard let secret, let agent = caller.agent, secret.mayBeBound(byAgent: agent.name) else {
            throw SDKRefusal(
                status: 403,
                code: "self_bind_not_allowed",
                message: "there is no managed secret of this name that the agent may bind to itself",
                hint: "the operator binds it, or opens it to the agent"
            )
        }
        return secret
    }
}

/// To whom a managed secret is to be given.
struct GrantOrder: Sendable {
    enum Principal: Sendable {
        /// The agent that asks, or for which the application does.
        case agent
        case user(Secret)
        case group(String)
        case system
    }

    let principal: Principal
    let label: String?

    var isForAgent: Bool {
        switch principal {
        case .agent: true
        case .user, .group, .system: false
        }
    }

    /// Reads the member `principal`.
    init(_ members: inout SDKMembers) throws(SDKRefusal) {
        guard var principal = try members.object("principal") else { throw .invalid("principal is missing") }
        label = try principal.text("label")
        switch try principal.requiredText("type") {
        case "agent": self.principal = .agent
        case "system": self.principal = .system
        case "user":
            guard let token = try principal.secret("user_token") else {
                throw .invalid("principal.user_token is missing")
            }
            self.principal = .user(token)
        case "group":
            self.principal = .group(try principal.requiredText("external_group_id"))
            _ = try principal.text("idp_id")
        default: throw .invalid("principal.type is not user, group, system or agent")
        }
        try principal.finish()
    }
}
