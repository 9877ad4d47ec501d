import PosternCore
import Testing

@testable import PosternSDK

/// What clients are answered where a call did not come through.
@Suite struct ProxyRefusalTests {
    private static let pending = PendingApproval(id: "a", expiresAt: 0, gates: [])

    @Test(
        "every error has a status and a code that clients know",
        arguments: [
            (.malformedRequest("x"), 400, "invalid_request"), (.headerTooLarge, 400, "header_too_large"),
            (.targetTooLong, 422, "query_too_long"), (.requestTimeout, 500, "internal_error"),
            (.methodNotSupported, 422, "method_not_supported"), (.misdirectedRequest, 500, "internal_error"),
            (.clientHandshakeFailed, 500, "internal_error"), (.serverNameMismatch, 500, "internal_error"),
            (.expectationFailed, 400, "expectation_failed"), (.identityRequired, 401, "key_not_active"),
            (.keyRequired, 401, "key_not_active"), (.identityConflict, 403, "identity_conflict"),
            (.peerNotAllowed, 403, "peer_not_allowed"), (.tooManyAttempts, 429, "rate_limit_exceeded"),
            (.browserRequest, 403, "browser_request"), (.agentPaused, 401, "agent_inactive"),
            (.keyOutOfPlace, 403, "key_out_of_place"), (.placeholderExpired, 401, "key_not_active"),
            (.noGrant(destination: "x"), 422, "blocked_destination"), (.unknownProvider, 404, "grant_not_found"),
            (.policyDenied(rule: "r", reason: "x"), 403, "policy_denied"),
            (.ambiguousPath(rule: "r"), 400, "ambiguous_path"),
            (.ambiguousGrant(candidates: ["r"]), 409, "ambiguous_grant"),
            (.grantExpired(rule: "r"), 403, "grant_expired"), (.grantUsedUp(rule: "r"), 403, "grant_used_up"),
            (.bodyTooLarge(limit: 1), 413, "body_too_large"),
            (.placeholderLeaked(where: .body), 403, "placeholder_leaked"),
            (.sealedTokenUnknown, 403, "sealed_token_unknown"),
            (.unsignable(rule: "r", .presigned), 400, "unsignable_request"),
            (.rateLimited(retryAfterSeconds: 7, limit: 60), 429, "rate_limit_exceeded"),
            (.tooManyRequests(limit: 2), 429, "rate_limit_exceeded"),
            (.requestRule(.denied(reason: "x")), 403, "request_rule_denied"),
            (.requestRule(.stepUp(reason: "x")), 403, "step_up_required"),
            (.requestRule(.unredactable(reason: "x")), 403, "redact_discharge_failed"),
            (.requestRule(.unusable(reason: "x")), 400, "request_rule_unusable"),
            (.approval(.pending(pending)), 503, "approval_pending"),
            (.approval(.denied(approval: "a")), 403, "approval_denied"),
            (.approval(.expired(approval: "a")), 403, "approval_expired"),
            (.approval(.unaskable(reason: "x")), 403, "approval_impossible"),
            (.approval(.unavailable), 503, "approval_unavailable"),
            (.credential(.broken(rule: "r")), 403, "credential_revoked"),
            (.credential(.unavailable(rule: "r")), 503, "token_refresh_failed"),
            (.auditUnavailable, 503, "audit_unavailable"), (.storeUnavailable, 503, "store_unavailable"),
            (.overloaded, 503, "overloaded"), (.shuttingDown, 503, "shutting_down"),
            (.interceptionUnavailable, 503, "interception_unavailable"), (.authorityWithdrawn, 410, "grant_deleted"),
            (.clientClosed, 500, "internal_error"), (.clientTimeout, 500, "internal_error"),
            (.tunnelIdle, 500, "internal_error"), (.internalError, 500, "internal_error"),
            (.upstream(.resolution), 502, "dns_error"), (.upstream(.connectionRefused), 502, "connection_refused"),
            (.upstream(.connectionTimeout), 504, "connection_timeout"),
            (.upstream(.addressProhibited), 422, "blocked_destination"),
            (.upstream(.addressIsOurs), 422, "blocked_destination"),
            (.upstream(.certificate), 502, "tls_certificate_error"), (.upstream(.handshake), 502, "tls_error"),
            (.upstream(.connectionLost), 502, "connection_lost"),
            (.upstream(.responseTimeout), 504, "response_timeout"),
            (.upstream(.responseIncomplete), 502, "response_incomplete"),
            (.upstream(.responseMalformed), 502, "response_malformed"),
            (.upstream(.contentEncoded), 502, "content_encoding_refused"),
            (.upstream(.tokenUnreadable), 502, "token_unreadable"),
            (.upstream(.toolListUnreadable(reason: "x")), 502, "tool_list_unreadable"),
            (.upstream(.totalTimeout), 504, "total_timeout"),
        ] as [(ProxyError, Int, String)]
    )
    func maps(error: ProxyError, status: Int, code: String) {
        let refusal = SDKRefusal(error, isAgent: true)
        #expect(refusal.status == status)
        #expect(refusal.code == code)
        #expect(!refusal.message.isEmpty)
    }

    @Test("whoever is too fast is told for how long")
    func limits() {
        let refusal = SDKRefusal(.rateLimited(retryAfterSeconds: 7, limit: 60), isAgent: true)
        let body = String(decoding: refusal.body.bytes, as: UTF8.self)
        #expect(body.contains(#""scope":"api_key","retry_after":7,"limit":60,"window_seconds":60"#))
        #expect(refusal.fields.map(\.value) == ["7"])
    }

    @Test("the application is told that a grant was revoked, an agent only that it is gone")
    func withdrawn() {
        #expect(SDKRefusal(.authorityWithdrawn, isAgent: false).status == 403)
        #expect(SDKRefusal(.authorityWithdrawn, isAgent: false).code == "grant_revoked")
    }
}
