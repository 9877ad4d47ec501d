internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let grants: [ControlRoute] = [
        ControlRoute(.get, "/v1/grants", query: ControlPage.parameters + GrantQuery.parameters) { call in
            let page = try ControlPage(call.query)
            let (grants, total) = try await call.administration.grants(GrantQuery(call), page.page)
            return .ok(page.answer(grants.map { GrantAnswer($0) }, total: total))
        },
        ControlRoute(.post, "/v1/grants") { call in
            let new = try call.members { members throws(ControlRefusal) in try NewGrant(&members) }
            return .created(GrantAnswer(try await call.administration.createGrant(new, by: call.operator)))
        },
        ControlRoute(.get, "/v1/grants/{grant}") { call in
            .ok(GrantAnswer(try await call.administration.grant(call.parameter("grant"))))
        },
        ControlRoute(.post, "/v1/grants/{grant}/revoke") { call in
            try call.expectNoMembers()
            let grant = try call.parameter("grant")
            let revoked = try await call.administration.revokeGrant(grant, by: call.operator)
            return .ok(GrantRevocationAnswer(revoked: revoked))
        },
    ]
}

extension GrantQuery {
    fileprivate static let parameters = ["agent", "secret", "principal", "parent", "include_revoked"]

    fileprivate init(_ call: ControlCall) throws(ControlRefusal) {
        self.init()
        secret = call.query["secret"]
        parent = call.query["parent"]
        includesRevoked = try call.flag("include_revoked")
        switch (call.query["agent"], call.query["principal"]) {
        case (nil, nil): break
        case (let agent?, nil): principal = .agent(agent)
        case (nil, let text?): principal = try PrincipalReference(text)
        case (_?, _?): throw .invalid("agent and principal exclude one another")
        }
    }
}

extension PrincipalReference {
    /// Reads `agent:NAME`, `user:SUBJECT`, `group:NAME` or `system`.
    fileprivate init(_ text: String) throws(ControlRefusal) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        switch (parts[0], parts.count > 1 ? parts[1] : "") {
        case ("system", ""): self = .system
        case ("agent", let name) where !name.isEmpty: self = .agent(name)
        case ("user", let name) where !name.isEmpty: self = .user(name)
        case ("group", let name) where !name.isEmpty: self = .group(name)
        default: throw .invalid("principal is not agent:NAME, user:SUBJECT, group:NAME or system")
        }
    }
}
