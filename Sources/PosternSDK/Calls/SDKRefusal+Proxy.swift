internal import PosternCore

extension SDKRefusal {
    /// What is answered where a call was refused or did not come through; the one table of it.
    ///
    /// 404 is kept for grants that are not there: clients take every one for that.
    init(_ error: ProxyError, isAgent: Bool) {
        let problem = ProblemDetails(error)
        func refusal(_ status: Int, _ code: String? = nil) -> SDKRefusal {
            var refusal = SDKRefusal(status: status, code: code ?? problem.code, message: problem.title)
            refusal.hint = problem.detail
            return refusal
        }
        switch error {
        case .malformedRequest: self = refusal(400, "invalid_request")
        case .headerTooLarge, .ambiguousPath, .expectationFailed, .unsignable: self = refusal(400)
        case .targetTooLong: self = refusal(422, "query_too_long")
        case .methodNotSupported: self = refusal(422)
        case .identityRequired, .keyRequired, .placeholderExpired: self = refusal(401, "key_not_active")
        case .agentPaused: self = refusal(401, "agent_inactive")
        case .identityConflict, .peerNotAllowed, .browserRequest, .policyDenied, .placeholderLeaked, .grantUsedUp,
            .sealedTokenUnknown, .keyOutOfPlace:
            self = refusal(403)
        case .requestRule(.unusable): self = refusal(400)
        case .requestRule, .approval(.denied), .approval(.expired), .approval(.unaskable): self = refusal(403)
        case .credential(.broken): self = refusal(403, "credential_revoked")
        case .grantExpired: self = .grantExpired
        case .authorityWithdrawn: self = .grantRevoked(isAgent: isAgent)
        case .noGrant, .upstream(.addressProhibited), .upstream(.addressIsOurs):
            self = refusal(422, "blocked_destination")
        case .unknownProvider: self = .grantNotFound(nil)
        case .ambiguousGrant(let candidates):
            self = refusal(409).with("grant_ids", .texts(candidates.prefix(SDKRefusal.maxCandidates)))
        case .bodyTooLarge: self = refusal(413)
        case .rateLimited(let wait, let limit):
            self = refusal(429, "rate_limit_exceeded").limited(wait: wait, limit: limit, window: 60)
        case .tooManyRequests(let limit):
            self = refusal(429, "rate_limit_exceeded").limited(wait: 1, limit: limit, window: 1)
        case .tooManyAttempts: self = refusal(429, "rate_limit_exceeded").limited(wait: 5, limit: 0, window: 5)
        case .auditUnavailable, .storeUnavailable, .overloaded, .shuttingDown, .interceptionUnavailable,
            .approval(.pending), .approval(.unavailable), .credential(.unavailable):
            self = refusal(503)
        case .upstream(.connectionTimeout), .upstream(.responseTimeout), .upstream(.totalTimeout): self = refusal(504)
        case .upstream: self = refusal(502)
        case .misdirectedRequest, .clientHandshakeFailed, .serverNameMismatch, .requestTimeout, .clientClosed,
            .clientTimeout, .tunnelIdle, .internalError:
            self = refusal(500, "internal_error")
        }
    }

    private func limited(wait: Int, limit: Int, window: Int) -> SDKRefusal {
        var refusal = with("scope", .text("api_key")).with("retry_after", .integer(wait))
            .with("limit", .integer(limit)).with("window_seconds", .integer(window))
        refusal.fields.append(("retry-after", "\(wait)"))
        return refusal
    }
}
