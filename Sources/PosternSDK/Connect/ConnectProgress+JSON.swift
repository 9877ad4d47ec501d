internal import PosternAdmin
internal import PosternCore

extension BegunConnectSession {
    /// The session as clients read it.
    var json: JSONText {
        .object([
            ("session_token", .secret(pollToken)),
            ("connect_url", .text(pageURL)),
            ("expires_in", .integer(Int(lifetime.components.seconds))),
            ("expires_at", .time(expiresAt)),
            ("single_provider", .boolean(providers.count == 1)),
            ("direct", .boolean(false)),
            ("scope_constraint_warnings", .list([])),
        ])
    }
}

extension ConnectProgress {
    /// How the session went, as clients read it.
    var json: JSONText {
        switch state {
        case .pending:
            .object([("status", .text("pending")), ("declined_providers", .list(declined.map(\.json)))])
        case .completed:
            .object([
                ("status", .text("completed")), ("grants", .list(connected.map(\.json))),
                ("failed_grants", .list(failed.map(\.json))),
            ])
        case .failed(let code, let message):
            .object([
                ("status", .text("error")),
                ("error", .object([("error_code", .text(code)), ("error_message", .text(message))])),
            ])
        case .expired: .object([("status", .text("expired"))])
        }
    }
}

extension ConnectedGrant {
    fileprivate var json: JSONText {
        .object([
            ("grant_id", .text(grant)), ("provider_id", .text(provider)), ("account_identifier", .text(account)),
            ("scopes", .texts(scopes)), ("api_base_url", .null), ("operation", .text(operation.rawValue)),
            ("grant_policy", .null), ("delegation", delegation?.json ?? .null),
        ])
    }
}

extension ConnectedDelegation {
    fileprivate var json: JSONText {
        .object([
            ("agent_id", .text(agentID)), ("delegable", .boolean(isDelegable)), ("policy_refused", .boolean(false)),
        ])
    }
}

extension DeclinedProvider {
    fileprivate var json: JSONText {
        .object([
            ("provider_id", .text(provider)), ("error_code", .text(code)), ("declined_at", .time(declinedAt)),
        ])
    }
}

extension FailedProvider {
    fileprivate var json: JSONText {
        .object([("provider_id", .text(provider)), ("reason", .text(code)), ("message", .text(message))])
    }
}
