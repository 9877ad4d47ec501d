internal import PosternCore

extension SDKRoute {
    /// Giving, listing and ending grants.
    static let grants = [
        SDKRoute(.post, "/sdk/grants/list", .scope("grants:read")) { try await $0.listGrants() },
        SDKRoute(
            .post,
            "/sdk/managed-secrets/{secret}/grants",
            .any(["secrets:write", "grants:write"])
        ) { try await $0.createGrant() },
        SDKRoute(
            .post,
            "/sdk/oauth/grants/{grant}/revoke",
            .scope("grants:write"),
            for: .application(else: "app_key_required")
        ) { try await $0.revokeGrant() },
        SDKRoute(
            .delete,
            "/sdk/grants/{grant}/delegations/me",
            .scope("grants:write"),
            for: .agent(else: "agent_key_required")
        ) { try await $0.revokeOwnDelegation() },
        SDKRoute(
            .delete,
            "/sdk/grants/{grant}/delegations/{agent}",
            .scope("grants:write"),
            for: .application(else: "use_self_revoke_path")
        ) { try await $0.revokeDelegation(to: try $0.parameter("agent")) },
    ]
}
