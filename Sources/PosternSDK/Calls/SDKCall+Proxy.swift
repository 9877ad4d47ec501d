internal import PosternCore

extension SDKCall {
    /// Makes a call with a credential that stays here.
    func proxy() async throws -> SDKReply {
        let order = try members { members throws(SDKRefusal) in try ProxyOrder(&members) }
        let rule = try RequestRuleField.read(request)
        let grant = try await resolve(order.address, userToken: order.userToken)
        guard try order.url.destination(under: grant.rule).scheme == order.url.scheme else {
            // Clients of the plain proxy write http for what is asked over https; here nothing is gained by it.
            throw SDKRefusal.blocked("the provider of this grant is asked over \(grant.rule.scheme.rawValue)")
        }
        let result = await services.carrier.carry(
            ProxiedCall(
                principal: grant.principal,
                grant: grant.rule.id,
                method: order.method,
                url: order.url.text,
                fields: order.fields.fields,
                body: order.body,
                attribution: caller.attribution(user: grant.user, reason: order.reason),
                rule: rule
            )
        )
        switch result {
        case .answered(let answer): return .ok(answer.json(approval: nil))
        case .pending(let approval): return SDKReply(status: 202, body: approval.json(now: services.now()))
        case .refused(let error): throw SDKRefusal(error, isAgent: grant.principal.isAgent)
        }
    }
}

extension CallAnswer {
    /// The answer as clients read it; `approval` is the id of the approval by which the call was made.
    func json(approval: String?) -> JSONText {
        var names: [String] = []
        var values: [String: String] = [:]
        for (name, value) in fields {
            let name = name.lowercased()
            // The body here is neither framed nor as long as there.
            guard !["connection", "content-length", "keep-alive", "transfer-encoding"].contains(name) else { continue }
            if let first = values[name] {
                values[name] = "\(first), \(value)"
            } else {
                names.append(name)
                values[name] = value
            }
        }
        let encoded = String(decoding: Base64.encode(body), as: UTF8.self)
        return .object(
            (approval.map { [("approval_id", .text($0))] } ?? []) + [
                ("status_code", .integer(status)),
                ("headers", .object(names.map { ($0, .text(values[$0])) })),
                ("body_b64", .json("\"\(encoded)\"")),
                ("body_truncated", .boolean(isTruncated)),
                ("duration_ms", .integer(Int(duration / .milliseconds(1)))),
                ("credential_hint", .null),
            ]
        )
    }
}
