internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Answers what stands for a credential towards one host, until the client's own call comes through the proxy with it.
    func token() async throws -> SDKReply {
        let (address, userToken, target, reason) = try members { members throws(SDKRefusal) in
            let address = try GrantAddress(&members)
            let reason = try members.text("reason")
            let userToken = try members.secret("user_token")
            return (address, userToken, try TokenTarget(&members), reason)
        }
        let rule = try RequestRuleField.read(request)
        let grant = try await resolve(address, userToken: userToken)
        let host = try target.destination(under: grant.rule)
        if let rule { try requireRelease(under: rule, isAgent: grant.principal.isAgent) }
        guard !grant.rule.approval.contains(where: { $0.asks(for: target.method) }) else {
            throw SDKRefusal(
                status: 400,
                code: "hitl_grant_requires_proxy",
                message: "a person approves each call under this grant",
                hint: "use proxy_request()"
            )
        }
        guard Identifier.isOne(grant.rule.id), let provider = grant.rule.credential?.provider else {
            throw SDKRefusal(
                status: 400,
                code: "restricted_grant_requires_proxy",
                message: "there are placeholders only for grants that the operator has made in the store",
                hint: "use proxy_request()"
            )
        }
        return try issue(for: grant, towards: host, in: PlaceholderCarrier(provider.injection), reason)
    }

    private func requireRelease(under rule: RequestRule, isAgent: Bool) throws(SDKRefusal) {
        do throws(ProxyError) { _ = try RequestRuleJudge.judgeRelease(rule).replacedBody() } catch {
            throw SDKRefusal(error, isAgent: isAgent)
        }
    }

    private func issue(
        for grant: ResolvedGrant,
        towards host: Destination,
        in carrier: PlaceholderCarrier,
        _ reason: String?
    ) throws(SDKRefusal) -> SDKReply {
        let lifetime = services.settings.placeholderLifetime.components.seconds
        let until = [seconds + lifetime, grant.rule.expiresAt, caller.key.key.expiresAt].compactMap(\.self).min()
        let end = until ?? seconds
        let issued = services.issuePlaceholder(
            PlaceholderOrder(
                principal: grant.principal,
                grant: grant.rule.id,
                host: host,
                key: caller.key.id,
                until: end,
                attribution: caller.attribution(user: grant.user, reason: reason)
            )
        )
        guard let placeholder = issued else {
            throw SDKRefusal(status: 404, code: "grant_not_found", message: "there is no such grant any more")
        }
        return .ok(
            .object([
                ("access_token", .text(placeholder)),
                ("grant_id", .text(grant.rule.id)),
                ("provider_id", .text(grant.candidate.clientName)),
                ("token_type", .text("Bearer")),
                ("expires_in", .integer(Int(max(end - seconds, 0)))),
                ("expires_at", .text(Timestamp.text(end * 1_000_000_000))),
                ("scopes", .list([])),
                ("scope_mismatch", .boolean(false)),
                ("injection_header", .text(carrier.header)),
                ("injection_format", .text(carrier.format)),
                ("additional_credentials", .null),
                ("additional_injections", .null),
            ])
        )
    }
}

/// The request that a client wants to make by itself.
struct TokenTarget: Sendable {
    /// `nil` is not known.
    let method: Method?
    private let url: CallURL?

    /// Reads the member that says it.
    init(_ members: inout SDKMembers) throws(SDKRefusal) {
        guard var request = try members.object("request") else {
            (method, url) = (nil, nil)
            return
        }
        method = try request.text("method").flatMap { Method(rawValue: $0.uppercased()) }
        url = try request.text("url").map { text throws(SDKRefusal) in try CallURL(text) }
        try request.finish()
    }

    /// The host for which a placeholder is made: that of the request, or the only one that there is.
    func destination(under rule: AccessRule) throws(SDKRefusal) -> Destination {
        if let url { return try url.destination(under: rule) }
        guard rule.hosts.count == 1, let only = rule.baseURLDestination else {
            throw .invalid("request.url says where the credential is to be used")
        }
        return only
    }
}

extension ApprovalTerms {
    /// Whether a request of this method, or one of which nothing is known, has to be approved.
    func asks(for method: Method?) -> Bool {
        guard let methods, let method else { return true }
        return methods.contains(method)
    }
}
