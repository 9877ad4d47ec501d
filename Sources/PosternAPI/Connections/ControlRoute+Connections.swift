internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let connections: [ControlRoute] = [
        ControlRoute(.get, "/v1/connections", query: ControlPage.parameters + ["user", "include_revoked"]) { call in
            let page = try ControlPage(call.query)
            let found = try await call.administration.connections(
                ofUser: call.query["user"],
                includingRevoked: call.flag("include_revoked")
            )
            return .ok(page.answer(cutting: found) { ConnectionAnswer($0) })
        },
        ControlRoute(.get, "/v1/connections/{connection}") { call in
            .ok(ConnectionAnswer(try await call.administration.connection(call.parameter("connection"))))
        },
        ControlRoute(.post, "/v1/connections/{connection}/revoke") { call in
            try call.expectNoMembers()
            let id = try call.parameter("connection")
            _ = try await call.administration.revokeConnection(id, by: call.operator)
            return .ok(ConnectionAnswer(try await call.administration.connection(id)))
        },
    ]
}

extension ConnectionAnswer {
    fileprivate init(_ described: DescribedConnection) {
        let connection = described.connection
        self.init(
            id: connection.id,
            user: described.userSubject,
            provider: connection.provider,
            account: described.account,
            accountDisplayName: connection.accountDisplayName,
            scopes: connection.scopes,
            status: connection.status.rawValue,
            tokenEndsAt: connection.tokenEndsAt.map { Timestamp.text($0) },
            grants: described.grants.map { GrantAnswer($0) },
            createdAt: Timestamp.text(connection.createdAt),
            updatedAt: Timestamp.text(connection.updatedAt)
        )
    }
}
