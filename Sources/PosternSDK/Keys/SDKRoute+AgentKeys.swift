internal import PosternAdmin
internal import PosternCore

extension SDKRoute {
    static let agentKeys: [SDKRoute] = [
        SDKRoute(.post, "/sdk/agents/{agent}/keys", .scope("agents:admin"), for: operators) { call in
            try call.expectNoMembers()
            try call.requireNoConstraints()
            let minted = try await call.onAgent { id throws(AdministrationError) in
                try await call.administration.mintKey(forAgent: id, NewKey(), by: call.caller.operator)
            }
            return .minted(minted, JSONText.agentKey(minted.key))
        },
        SDKRoute(.get, "/sdk/agents/{agent}/keys", .scope("agents:read"), for: operators) { call in
            let keys = try await call.administration.keys(ofAgent: try call.agentID())
            return .ok(.object([("items", .list(keys.map { .object(JSONText.agentKey($0)) }))]))
        },
        SDKRoute(.patch, "/sdk/agents/{agent}/keys/{key}/deprecate", .scope("agents:admin"), for: operators) { call in
            try call.expectNoMembers()
            return try await call.onAgentKey { agent, key throws(AdministrationError) in
                try await call.administration.deprecateKey(agent: agent, key: key, by: call.caller.operator)
            }
        },
        SDKRoute(.patch, "/sdk/agents/{agent}/keys/{key}/undeprecate", .scope("agents:admin"), for: operators) { call in
            try call.expectNoMembers()
            return try await call.onAgentKey { agent, key throws(AdministrationError) in
                try await call.administration.undeprecateKey(agent: agent, key: key, by: call.caller.operator)
            }
        },
        SDKRoute(
            .delete,
            "/sdk/agents/{agent}/keys/{key}",
            .scope("agents:admin"),
            for: operators,
            query: ["force"]
        ) { call in
            try call.expectNoMembers()
            let force = try call.flag("force")
            return try await call.onAgentKey { agent, key throws(AdministrationError) in
                try await call.administration.revokeKey(
                    agent: agent,
                    key: key,
                    force: force,
                    by: call.caller.operator
                )
            }
        },
    ]
}

extension SDKCall {
    /// The id of the key that the path names; a name is not one.
    func keyID() throws(SDKRefusal) -> String {
        let id = try parameter("key").lowercased()
        guard Identifier.isOne(id) else { throw .keyNotFound }
        return id
    }

    fileprivate func onAgentKey(
        _ act: (String, String) async throws(AdministrationError) -> StoredKey
    ) async throws -> SDKReply {
        let key = try keyID()
        let changed = try await onAgent { agent throws(AdministrationError) in try await act(agent, key) }
        return .ok(.object(JSONText.agentKey(changed)))
    }
}

extension SDKRefusal {
    /// No key that the caller may see has this id.
    static let keyNotFound = SDKRefusal(status: 404, code: "key_not_found", message: "there is no such key")
}
