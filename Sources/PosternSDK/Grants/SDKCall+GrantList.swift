internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Lists grants: an agent's own and those delegated to it, or all of the application's.
    func listGrants() async throws -> SDKReply {
        var (query, page, userToken) = try members { members throws(SDKRefusal) in
            (
                try GrantListQuery(&members),
                Page(
                    limit: try members.integer("limit", in: 1...1000) ?? 100,
                    offset: try members.integer("offset", in: 0...1_000_000_000) ?? 0
                ),
                try members.secret("user_token")
            )
        }
        if caller.agent != nil {
            guard let id = caller.agent?.id else { return SDKCall.reply([], total: 0, page) }
            query.principal = .agent(id: id)
        }
        if let userToken {
            guard let user = try await userIfKnown(userToken) else {
                return SDKCall.reply([], total: 0, page)
            }
            query.userID = user.id
        }
        let (items, total) = try await administration.listGrants(query, page)
        return SDKCall.reply(items, total: total, page)
    }

    private static func reply(_ items: [ListedGrant], total: Int, _ page: Page) -> SDKReply {
        .ok(
            .object([
                ("grants", .list(items.map { $0.json })),
                ("total", .integer(total)),
                ("limit", .integer(page.limit)),
                ("offset", .integer(page.offset)),
                ("has_more", .boolean(page.offset + items.count < total)),
            ])
        )
    }
}

extension GrantListQuery {
    /// Reads the members that narrow.
    init(_ members: inout SDKMembers) throws(SDKRefusal) {
        self.init()
        provider = try members.text("provider_id")
        account = try members.text("account")
        label = try members.text("label")
        guard let name = try members.text("status") else { return }
        guard let status = Status(rawValue: name) else { throw .invalid("status is not active, expired or revoked") }
        self.status = status
    }
}
