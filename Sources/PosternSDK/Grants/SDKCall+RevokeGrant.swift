internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Ends a grant and what stands below it, for ever.
    func revokeGrant() async throws -> SDKReply {
        let userToken = try members { members throws(SDKRefusal) in
            _ = try members.text("reason")
            return try members.secret("user_token")
        }
        let id = try parameter("grant").lowercased()
        guard let grant = try await storedGrant(id) else { throw SDKRefusal.grantNotFound(nil) }
        if let userToken {
            guard let user = try await userIfKnown(userToken), grant.principal == .user(id: user.id) else {
                throw SDKRefusal.grantNotFound(nil)
            }
        }
        _ = try await administration.revokeGrant(id, by: caller.operator)
        return .ok(
            .object([
                ("success", .boolean(true)),
                ("message", .text("the grant and all below it are revoked")),
                ("grant_id", .text(id)),
                ("revoked_at", .time(try await storedGrant(id)?.revokedAt ?? services.now())),
            ])
        )
    }

    /// Ends what an agent was given below a grant; nothing, if it was given nothing.
    func revokeDelegation(to agent: String) async throws -> SDKReply {
        try expectNoMembers()
        let parent = try parameter("grant").lowercased()
        _ = try await ifFound { () throws(AdministrationError) in
            try await administration.revokeDelegation(ofGrant: parent, agent: agent.lowercased(), by: caller.operator)
        }
        return .nothing
    }

    /// Ends what the agent that asks was given below a grant.
    func revokeOwnDelegation() async throws -> SDKReply {
        guard let id = caller.agent?.id else { return .nothing }
        return try await revokeDelegation(to: id)
    }
}
