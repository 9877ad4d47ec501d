extension ProxiedCall {
    /// The call as the rule that its caller attached lets it be made.
    package func ruled() throws(ProxyError) -> ProxiedCall {
        guard let rule else { return self }
        let verdict = RequestRuleJudge.judge(rule, method: method, url: url, fields: fields, body: body ?? [])
        guard let body = try verdict.replacedBody() else { return self }
        var call = self
        call.body = body
        return call
    }
}

extension RequestRuleJudge.Verdict {
    /// The body that is sent in place of the caller's; `nil` is the caller's own.
    ///
    /// - Throws: ``ProxyError/requestRule(_:)`` for what is not let through.
    package func replacedBody() throws(ProxyError) -> [UInt8]? {
        switch self {
        case .allow: return nil
        case .redact(let body): return body
        case .deny(let reason): throw .requestRule(.denied(reason: reason))
        case .unredactable(let reason): throw .requestRule(.unredactable(reason: reason))
        case .stepUp: throw .requestRule(.stepUp(reason: "it wants a session that was proven lately"))
        case .unusable(let reason): throw .requestRule(.unusable(reason: reason))
        }
    }
}
