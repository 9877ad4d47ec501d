internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// The id of the agent that the path names; a name is not one.
    func agentID() throws(SDKRefusal) -> String {
        let id = try parameter("agent").lowercased()
        guard Identifier.isOne(id) else { throw .agentNotFound }
        return id
    }

    /// Does something to an agent; one that is revoked is not there to be changed.
    func onAgent<Result>(_ act: (String) async throws(AdministrationError) -> Result) async throws -> Result {
        let id = try agentID()
        do { return try await act(id) } catch {
            guard case .conflict("agent_revoked", _, _) = error else { throw error }
            throw SDKRefusal.agentNotFound
        }
    }

    /// An agent with the last use of any of its keys, as it is answered.
    func answer(_ agent: StoredAgent) async throws -> SDKReply {
        let uses = try await administration.keys(ofAgent: agent.id).compactMap(\.lastUsedAt)
        return .ok(.object(JSONText.members(of: agent, lastUse: uses.max())))
    }
}

extension SDKRefusal {
    /// No agent has this id.
    static let agentNotFound = SDKRefusal(status: 404, code: "agent_not_found", message: "there is no such agent")
}
