internal import PosternAdmin
internal import PosternCore

extension ListedGrant {
    /// The grant as clients read it.
    var json: JSONText { .object(own + common(isDelegation: grant.parentID != nil)) }

    private var own: [(String, JSONText)] {
        guard let connection else {
            return [
                ("grant_kind", .text("managed_secret")), ("managed_secret_id", .text(secret.id)),
                ("managed_secret_slug", .text(secret.name)), ("managed_secret_name", .text(secret.name)),
                ("agent_id", .text(agentID)), ("account_identifier", .null), ("expires_at", .null),
                ("credential_kind", .text("developer")), ("credential_label", .null),
            ]
        }
        return [
            ("grant_kind", .text("oauth")), ("provider_id", .text(connection.provider)),
            ("scopes", .texts(connection.scopes)),
            ("account_identifier", connection.account.isEmpty ? .null : .text(connection.account)),
            ("account_display_name", .text(connection.accountDisplayName)), ("api_base_url", .null),
            ("scope_mismatch", .boolean(false)), ("needs_reconnect", .boolean(connection.status == .broken)),
            ("expires_at", .time(connection.tokenEndsAt)), ("delegated_agent_ids", .texts(delegatedAgentIDs)),
        ]
    }

    private func common(isDelegation: Bool) -> [(String, JSONText)] {
        let delegation = connection == nil ? "ms_delegation" : "oauth_delegation"
        return [
            ("grant_id", .text(grant.id)), ("status", .text(status.rawValue)),
            ("created_at", .time(grant.createdAt)), ("principal_type", .text(grant.principal.kind)),
            ("label", .text(grant.label)), ("grant_expires_at", .time(grant.expiresAt)),
            ("grant_policy", grant.expiresAt.map { .object([("expires_at", .time($0))]) } ?? .null),
            ("last_used_at", .null), ("access_via", .text(isDelegation ? delegation : "ownership")),
            ("delegated_at", isDelegation ? .time(grant.createdAt) : .null),
            ("parent_grant_id", .text(grant.parentID)), ("depth", .integer(depth)),
            ("delegable", .boolean(grant.isDelegable)), ("scope_constraint", .null),
            ("credential_id", .text(secret.id)),
        ]
    }

    private var agentID: String? {
        if case .agent(let id) = grant.principal { id } else { nil }
    }
}

extension StoredGrant.Principal {
    /// What kind of principal it is, in the words of clients.
    var kind: String {
        switch self {
        case .agent: "agent"
        case .user: "user"
        case .group: "group"
        case .system: "system"
        }
    }
}
