extension SDKRefusal {
    /// The most grants that a refusal lists.
    static let maxCandidates = 20

    /// There is no such grant for whoever asks, whether there is one for others or not.
    static func grantNotFound(_ provider: String?) -> SDKRefusal {
        let refusal = SDKRefusal(status: 404, code: "grant_not_found", message: "there is no such grant")
        return provider.map { refusal.with("provider_id", .text($0)) } ?? refusal
    }

    /// An agent has no grant of this provider.
    static func noDelegatedGrant(_ provider: String, agent: String?, user: String?) -> SDKRefusal {
        SDKRefusal(
            status: 404,
            code: "no_delegated_grant",
            message: "the agent has no grant of this provider",
            hint: "bind a managed secret to the agent, or have a user connect the provider for it"
        )
        .with("provider_id", .text(provider))
        .with("agent_id", .text(agent))
        .with("app_user_id", .text(user))
    }

    static let grantExpired = SDKRefusal(status: 403, code: "grant_expired", message: "the time of the grant is over")

    /// The grant was revoked; agents are not told who did what.
    static func grantRevoked(isAgent: Bool) -> SDKRefusal {
        isAgent
            ? SDKRefusal(status: 410, code: "grant_deleted", message: "the grant is gone")
            : SDKRefusal(status: 403, code: "grant_revoked", message: "the grant was revoked, which is for ever")
    }

    /// Several grants are meant.
    static func ambiguousGrant(_ candidates: [GrantCandidate], _ address: GrantAddress) -> SDKRefusal {
        let shown = candidates.prefix(maxCandidates)
        func texts(_ values: [String?]) -> JSONText {
            JSONText.texts(values.compactMap(\.self).reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
        }
        return SDKRefusal(
            status: 409,
            code: "ambiguous_grant",
            message: "several grants are meant",
            hint: "say which by account or label, or name one by grant_id"
        )
        .with("provider_id", .text(address.provider))
        .with("candidates", .list(shown.map(\.json)))
        .with("account_identifiers", texts(shown.map(\.account)))
        .with("app_user_ids", texts(shown.map(\.userID)))
        .with("grant_ids", .texts(shown.map(\.id)))
        .with("account_was_provided", .boolean(address.account != nil))
        .with("candidates_truncated", .boolean(candidates.count > shown.count))
    }

    /// An agent's key came with a user's token where that is not how to tell its delegations apart.
    static let blendingForbidden = SDKRefusal(
        status: 400,
        code: "agent_key_user_token_forbidden",
        message: "an agent does not act as a user: its key and a user's token do not go together here",
        hint: "leave the token out: the agent reaches what was delegated to it by provider alone"
    )
}

extension GrantCandidate {
    fileprivate var json: JSONText {
        .object([
            ("grant_id", .text(id)), ("label", .text(label)), ("account_identifier", .text(account)),
            ("account_display_name", .text(accountDisplayName)),
        ])
    }
}
