internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let agentKeys: [ControlRoute] = [
        ControlRoute(.get, "/v1/agents/{agent}/keys", query: ControlPage.parameters) { call in
            let page = try ControlPage(call.query)
            let keys = try await call.administration.keys(ofAgent: call.parameter("agent"))
            return .ok(page.answer(cutting: keys) { KeyAnswer($0) })
        },
        ControlRoute(.post, "/v1/agents/{agent}/keys") { call in
            let new = try call.members { members throws(ControlRefusal) in try NewKey(&members) }
            let agent = try call.parameter("agent")
            return .created(KeyAnswer(try await call.administration.mintKey(forAgent: agent, new, by: call.operator)))
        },
        ControlRoute(.post, "/v1/agents/{agent}/keys/{key}/deprecate") { call in
            try call.expectNoMembers()
            let key = try await call.administration.deprecateKey(
                agent: call.parameter("agent"),
                key: call.parameter("key"),
                by: call.operator
            )
            return .ok(KeyAnswer(key))
        },
        ControlRoute(.post, "/v1/agents/{agent}/keys/{key}/undeprecate") { call in
            try call.expectNoMembers()
            let key = try await call.administration.undeprecateKey(
                agent: call.parameter("agent"),
                key: call.parameter("key"),
                by: call.operator
            )
            return .ok(KeyAnswer(key))
        },
        ControlRoute(.post, "/v1/agents/{agent}/keys/{key}/revoke") { call in
            let force = try call.members { members throws(ControlRefusal) in try members.boolean("force") ?? false }
            let key = try await call.administration.revokeKey(
                agent: call.parameter("agent"),
                key: call.parameter("key"),
                force: force,
                by: call.operator
            )
            return .ok(KeyAnswer(key))
        },
    ]

    static let appKeys: [ControlRoute] = [
        ControlRoute(.get, "/v1/app/keys", query: ControlPage.parameters) { call in
            let page = try ControlPage(call.query)
            return .ok(page.answer(cutting: try await call.administration.appKeys()) { KeyAnswer($0) })
        },
        ControlRoute(.post, "/v1/app/keys") { call in
            let new = try call.members { members throws(ControlRefusal) in try NewKey(&members) }
            return .created(KeyAnswer(try await call.administration.mintAppKey(new, by: call.operator)))
        },
        ControlRoute(.post, "/v1/app/keys/{key}/deprecate") { call in
            try call.expectNoMembers()
            let key = try call.parameter("key")
            return .ok(KeyAnswer(try await call.administration.deprecateAppKey(key, by: call.operator)))
        },
        ControlRoute(.post, "/v1/app/keys/{key}/undeprecate") { call in
            try call.expectNoMembers()
            let key = try call.parameter("key")
            return .ok(KeyAnswer(try await call.administration.undeprecateAppKey(key, by: call.operator)))
        },
        ControlRoute(.post, "/v1/app/keys/{key}/revoke") { call in
            let force = try call.members { members throws(ControlRefusal) in try members.boolean("force") ?? false }
            let key = try call.parameter("key")
            return .ok(KeyAnswer(try await call.administration.revokeAppKey(key, force: force, by: call.operator)))
        },
    ]
}
