internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    private static let mostAgents = 1000
    private static let usualAgents = 100

    /// A page of the agents, or the one of a name.
    func listAgents() async throws -> SDKReply {
        if let name = query["name"] {
            let found = try await administration.findAgent(named: name)
            return SDKCall.page(found.map { [$0] } ?? [], of: found == nil ? 0 : 1, Page(limit: 1))
        }
        let page = Page(
            limit: try integer("limit", in: 1...SDKCall.mostAgents) ?? SDKCall.usualAgents,
            offset: try integer("offset", in: 0...Int(Int32.max)) ?? 0
        )
        let (agents, total) = try await administration.agents(includingRevoked: try flag("include_revoked"), page)
        return SDKCall.page(agents, of: total, page)
    }

    private static func page(_ agents: [StoredAgent], of total: Int, _ page: Page) -> SDKReply {
        .ok(
            .object([
                ("items", .list(agents.map { .object(JSONText.members(of: $0)) })), ("total", .integer(total)),
                ("limit", .integer(page.limit)), ("offset", .integer(page.offset)),
                ("has_more", .boolean(page.offset + agents.count < total)),
            ])
        )
    }
}
