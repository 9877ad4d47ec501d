internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Changes an agent, or pauses or resumes it.
    func updateAgent(version: Int?, grace: Duration?) async throws -> SDKReply {
        var (change, status) = try members { members throws(SDKRefusal) in
            (try SDKCall.change(&members), try members.text("status"))
        }
        if let status {
            guard SDKCall.isEmpty(change) else { throw SDKRefusal.invalid("status changes alone") }
            return try await setStatus(status)
        }
        guard version != nil || !SDKCall.isSet(change.scopes) else {
            throw SDKRefusal.invalid("scopes change only with expected_version")
        }
        change.expectedVersion = version
        change.grace = grace ?? .zero
        let agent = try await onAgent { [change] id throws(AdministrationError) in
            try await administration.updateAgent(id, change, by: caller.operator)
        }
        return try await answer(agent)
    }

    private func setStatus(_ status: String) async throws -> SDKReply {
        let by = caller.operator
        let agent: StoredAgent
        switch status {
        case "inactive":
            agent = try await onAgent { id throws(AdministrationError) in
                try await administration.pauseAgent(id, by: by)
            }
        case "active":
            agent = try await onAgent { id throws(AdministrationError) in
                try await administration.resumeAgent(id, by: by)
            }
        default: throw SDKRefusal.invalid("status is neither active nor inactive")
        }
        return try await answer(agent)
    }

    private static func change(_ members: inout SDKMembers) throws(SDKRefusal) -> AgentChange {
        var change = AgentChange()
        if members.has("display_name") { change.displayName = .set(try members.text("display_name")) }
        if let scopes = try members.listsByName("scopes") { change.scopes = .set(scopes) }
        if members.has("policy") {
            change.policy = .set(try members.json("policy").flatMap { $0 == "{}" ? nil : $0 })
        }
        if let metadata = try members.json("metadata") { change.metadata = .set(metadata) }
        return change
    }

    private static func isSet(_ change: Change<some Sendable>) -> Bool {
        switch change {
        case .keep: false
        case .set: true
        }
    }

    private static func isEmpty(_ change: AgentChange) -> Bool {
        !(isSet(change.displayName) || isSet(change.scopes) || isSet(change.policy) || isSet(change.metadata))
    }
}
