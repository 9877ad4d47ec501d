internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Begins a user's way through connecting accounts, perhaps for an agent.
    ///
    /// An agent that asks by its own key asks for itself.
    func beginConnect() async throws -> SDKReply {
        let order = try members { members throws(SDKRefusal) in try ConnectOrder(&members, now: services.now()) }
        let agent = try agent(of: order)
        guard let token = order.userToken else {
            throw SDKRefusal(
                status: 400,
                code: agent == nil ? "user_token_required" : "agent_requires_user_token",
                message: "whose accounts are connected is said by a user's token"
            )
        }
        let user = try await user(of: token)
        if let grant = order.repairedGrant { try await requireGrant(grant, of: user) }
        let session = try await services.connect.begin(
            order.session(userID: user.id, agent: agent),
            by: caller.operator
        )
        return .created(session.json)
    }

    /// Tells how a user's way through connecting accounts went.
    func pollConnect() async throws -> SDKReply {
        let token = try members { members throws(SDKRefusal) in try members.requiredText("session_token") }
        let progress = try await ifFound { () throws(AdministrationError) in try await services.connect.poll(token) }
        // Sessions are forgotten some time after their end.
        return .ok(progress?.json ?? .object([("status", .text("expired"))]))
    }

    private func agent(of order: ConnectOrder) throws(SDKRefusal) -> String? {
        guard !caller.isApplication, let own = caller.agent else { return order.agent }
        guard order.agent.map({ $0 == own.name || $0.lowercased() == own.id }) ?? true else {
            throw SDKRefusal(status: 404, code: "agent_not_found", message: "an agent asks for itself only")
        }
        return own.id ?? own.name
    }

    private func requireGrant(_ id: String, of user: StoredUser) async throws {
        guard try await storedGrant(id)?.principal == .user(id: user.id) else { throw SDKRefusal.grantNotFound(nil) }
    }
}
