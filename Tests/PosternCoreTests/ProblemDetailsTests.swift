import PosternCore
import PosternTestSupport
import Testing

private let pending = PendingApproval(
    id: "approval-1",
    expiresAt: 1,
    gates: [PendingApproval.Gate(id: "gate-1", expiresAt: 1, url: "http://portal.test/approvals/1?\"\r\nX: y")]
)

/// Every error, with its status, its code, its RFC 9209 error, whose doing it is, and whether the connection ends.
private let rows: [(ProxyError, Int, String, String, ProxyError.Fault, Bool)] = [
    (.malformedRequest("x"), 400, "malformed_request", "http_request_error", .downstream, true),
    (.headerTooLarge, 431, "header_too_large", "http_request_error", .downstream, true),
    (.targetTooLong, 414, "uri_too_long", "http_request_error", .downstream, true),
    (.requestTimeout, 408, "request_timeout", "http_request_error", .downstream, true),
    (.methodNotSupported, 405, "method_not_supported", "http_request_error", .downstream, true),
    (.misdirectedRequest, 421, "misdirected_request", "http_request_error", .downstream, true),
    (.clientHandshakeFailed, 400, "client_tls_failed", "tls_protocol_error", .downstream, true),
    (.serverNameMismatch, 421, "server_name_mismatch", "tls_protocol_error", .downstream, true),
    (.interceptionUnavailable, 503, "interception_unavailable", "proxy_internal_error", .local, true),
    (.expectationFailed, 417, "expectation_failed", "http_request_error", .downstream, true),
    (.identityRequired, 407, "identity_required", "http_request_denied", .downstream, false),
    (.keyRequired, 401, "identity_required", "http_request_denied", .downstream, false),
    (.identityConflict, 403, "identity_conflict", "http_request_denied", .downstream, false),
    (.peerNotAllowed, 403, "peer_not_allowed", "http_request_denied", .downstream, true),
    (.tooManyAttempts, 429, "too_many_attempts", "http_request_denied", .downstream, true),
    (.browserRequest, 403, "browser_request", "http_request_denied", .downstream, false),
    (.agentPaused, 403, "agent_paused", "http_request_denied", .downstream, false),
    (.noGrant(destination: "x"), 403, "no_grant", "http_request_denied", .downstream, false),
    (.unknownProvider, 404, "unknown_provider", "http_request_denied", .downstream, false),
    (.policyDenied(rule: "r", reason: "x"), 403, "policy_denied", "http_request_denied", .downstream, false),
    (.ambiguousPath(rule: "r"), 400, "ambiguous_path", "http_request_error", .downstream, false),
    (.ambiguousGrant(candidates: ["a", "b"]), 409, "ambiguous_grant", "http_request_denied", .downstream, false),
    (.grantExpired(rule: "r"), 403, "grant_expired", "http_request_denied", .downstream, false),
    (.grantUsedUp(rule: "r"), 403, "grant_used_up", "http_request_denied", .downstream, false),
    (.bodyTooLarge(limit: 9), 413, "body_too_large", "http_request_denied", .downstream, false),
    (.placeholderLeaked(where: .body), 403, "placeholder_leaked", "http_request_denied", .downstream, false),
    (.sealedTokenUnknown, 401, "sealed_token_unknown", "http_request_denied", .downstream, false),
    (.unsignable(rule: "r", .presigned), 400, "unsignable_request", "http_request_denied", .downstream, false),
    (.rateLimited(retryAfterSeconds: 7, limit: 9), 429, "rate_limited", "http_request_denied", .downstream, false),
    (.tooManyRequests(limit: 9), 429, "too_many_requests", "connection_limit_reached", .downstream, false),
    (.keyOutOfPlace, 403, "key_out_of_place", "http_request_denied", .downstream, false),
    (.placeholderExpired, 401, "placeholder_expired", "http_request_denied", .downstream, false),
    (.requestRule(.denied(reason: "x")), 403, "request_rule_denied", "http_request_denied", .downstream, false),
    (.requestRule(.stepUp(reason: "x")), 403, "step_up_required", "http_request_denied", .downstream, false),
    (.requestRule(.unusable(reason: "x")), 400, "request_rule_unusable", "http_request_error", .downstream, false),
    (
        .requestRule(.unredactable(reason: "x")), 403, "redact_discharge_failed", "http_request_denied", .downstream,
        false
    ),
    (.approval(.pending(pending)), 503, "approval_pending", "http_request_denied", .downstream, false),
    (.approval(.denied(approval: "a")), 403, "approval_denied", "http_request_denied", .downstream, false),
    (.approval(.expired(approval: "a")), 403, "approval_expired", "http_request_denied", .downstream, false),
    (.approval(.unaskable(reason: "x")), 403, "approval_impossible", "http_request_denied", .downstream, false),
    (.approval(.unavailable), 503, "approval_unavailable", "proxy_internal_error", .local, false),
    (.credential(.broken(rule: "r")), 403, "connection_broken", "http_request_denied", .local, false),
    (.credential(.unavailable(rule: "r")), 503, "token_refresh_failed", "proxy_internal_error", .local, false),
    (.auditUnavailable, 503, "audit_unavailable", "proxy_internal_error", .local, false),
    (.storeUnavailable, 503, "store_unavailable", "proxy_internal_error", .local, false),
    (.overloaded, 503, "overloaded", "connection_limit_reached", .local, true),
    (.shuttingDown, 503, "shutting_down", "proxy_internal_response", .local, true),
    (.authorityWithdrawn, 403, "grant_withdrawn", "http_request_denied", .local, true),
    (.clientClosed, 499, "client_closed", "http_request_error", .downstream, true),
    (.clientTimeout, 408, "client_timeout", "http_request_error", .downstream, true),
    (.tunnelIdle, 408, "tunnel_idle", "connection_read_timeout", .downstream, true),
    (.internalError, 500, "internal_error", "proxy_internal_error", .local, true),
    (.upstream(.resolution), 502, "dns_error", "dns_error", .upstream, false),
    (.upstream(.connectionRefused), 502, "connection_refused", "connection_refused", .upstream, false),
    (.upstream(.connectionTimeout), 504, "connection_timeout", "connection_timeout", .upstream, false),
    (.upstream(.addressProhibited), 403, "destination_prohibited", "destination_ip_prohibited", .downstream, false),
    (.upstream(.addressIsOurs), 502, "loop_detected", "proxy_loop_detected", .downstream, false),
    (.upstream(.certificate), 502, "tls_certificate_error", "tls_certificate_error", .upstream, false),
    (.upstream(.handshake), 502, "tls_error", "tls_protocol_error", .upstream, false),
    (.upstream(.connectionLost), 502, "connection_lost", "connection_terminated", .upstream, false),
    (.upstream(.responseTimeout), 504, "response_timeout", "http_response_timeout", .upstream, false),
    (.upstream(.responseIncomplete), 502, "response_incomplete", "http_response_incomplete", .upstream, false),
    (.upstream(.responseMalformed), 502, "response_malformed", "http_protocol_error", .upstream, false),
    (.upstream(.contentEncoded), 502, "content_encoding_refused", "http_response_content_coding", .upstream, false),
    (.upstream(.tokenUnreadable), 502, "token_unreadable", "http_protocol_error", .upstream, false),
    (.upstream(.toolListUnreadable(reason: "x")), 502, "tool_list_unreadable", "http_protocol_error", .upstream, false),
    (.upstream(.totalTimeout), 504, "total_timeout", "http_response_timeout", .upstream, false),
]

/// RFC 9209 section 2.3.
private let registered: Set = [
    "dns_timeout", "dns_error", "destination_not_found", "destination_unavailable", "destination_ip_prohibited",
    "destination_ip_unroutable", "connection_refused", "connection_terminated", "connection_timeout",
    "connection_read_timeout", "connection_write_timeout", "connection_limit_reached", "tls_protocol_error",
    "tls_certificate_error", "tls_alert_received", "http_request_error", "http_request_denied",
    "http_response_incomplete",
    "http_response_header_section_size", "http_response_header_size", "http_response_body_size",
    "http_response_trailer_section_size", "http_response_trailer_size", "http_response_transfer_coding",
    "http_response_content_coding", "http_response_timeout", "http_upgrade_failed", "http_protocol_error",
    "proxy_internal_response", "proxy_internal_error", "proxy_configuration_error", "proxy_loop_detected",
]

/// Stops compiling when a case is added, so that its row is not forgotten.
private func number(_ error: ProxyError) -> Int {
    switch error {
    case .malformedRequest: 0
    case .headerTooLarge: 1
    case .targetTooLong: 2
    case .requestTimeout: 3
    case .methodNotSupported: 4
    case .misdirectedRequest: 5
    case .tunnelIdle: 6
    case .clientHandshakeFailed: 7
    case .serverNameMismatch: 8
    case .interceptionUnavailable: 9
    case .expectationFailed: 10
    case .identityRequired: 11
    case .keyRequired: 12
    case .identityConflict: 13
    case .peerNotAllowed: 14
    case .tooManyAttempts: 15
    case .browserRequest: 16
    case .noGrant: 17
    case .unknownProvider: 18
    case .policyDenied: 19
    case .ambiguousPath: 20
    case .ambiguousGrant: 21
    case .grantExpired: 22
    case .bodyTooLarge: 23
    case .placeholderLeaked: 24
    case .sealedTokenUnknown: 25
    case .rateLimited: 26
    case .tooManyRequests: 27
    case .auditUnavailable: 28
    case .overloaded: 29
    case .shuttingDown: 30
    case .authorityWithdrawn: 31
    case .clientClosed: 32
    case .clientTimeout: 33
    case .internalError: 34
    case .agentPaused: 35
    case .grantUsedUp: 36
    case .storeUnavailable: 37
    case .keyOutOfPlace: 38
    case .placeholderExpired: 39
    case .requestRule(let refusal): 40 + number(refusal)
    case .approval(let refusal): 44 + number(refusal)
    case .credential(.broken): 49
    case .credential(.unavailable): 50
    case .unsignable: 51
    case .upstream(let error): 52 + number(error)
    }
}

private func number(_ refusal: RequestRuleRefusal) -> Int {
    switch refusal {
    case .denied: 0
    case .stepUp: 1
    case .unusable: 2
    case .unredactable: 3
    }
}

private func number(_ refusal: ApprovalRefusal) -> Int {
    switch refusal {
    case .pending: 0
    case .denied: 1
    case .expired: 2
    case .unaskable: 3
    case .unavailable: 4
    }
}

private func number(_ error: UpstreamError) -> Int {
    switch error {
    case .resolution: 0
    case .connectionRefused: 1
    case .connectionTimeout: 2
    case .addressProhibited: 3
    case .addressIsOurs: 4
    case .certificate: 5
    case .handshake: 6
    case .connectionLost: 7
    case .responseTimeout: 8
    case .responseIncomplete: 9
    case .responseMalformed: 10
    case .contentEncoded: 11
    case .tokenUnreadable: 12
    case .totalTimeout: 13
    case .toolListUnreadable: 14
    }
}

@Suite("ProblemDetails and ProxyError")
struct ProblemDetailsTests {
    @Test("every error has its answer", arguments: rows)
    func answer(error: ProxyError, status: Int, code: String, proxyStatus: String, fault: ProxyError.Fault, ends: Bool)
    {
        let problem = ProblemDetails(error)
        #expect(problem.status == status && problem.code == code && problem.proxyStatus == proxyStatus)
        #expect(error.fault == fault && error.endsConnection == ends)
        #expect(!problem.title.isEmpty && !problem.detail.isEmpty && !problem.title.hasSuffix("."))
    }

    @Test("no error is without a row") func complete() {
        #expect(rows.map { number($0.0) }.sorted() == Array(0..<67))
    }

    @Test("only registered names stand in Proxy-Status", arguments: rows.map(\.3))
    func registeredNames(name: String) { #expect(registered.contains(name)) }

    @Test("the answer is one strict HTTP/1.1 message with a JSON object", arguments: rows.map(\.0))
    func message(error: ProxyError) throws {
        for closes in [true, false] {
            let bytes = ProblemDetails(error).response(requestID: "id-1", closes: closes, isBodiless: false)
            let head = try ResponseHead.read(bytes)
            let problem = ProblemDetails(error)
            #expect(head.status == problem.status && head.keepsConnection == !closes)
            let body = bytes[head.bytes.count...]
            #expect(head.body == .length(body.count))
            let text = latin1Text(body)
            #expect(
                text.hasPrefix("{\"type\":\"about:blank\",\"title\":\"") && text.hasSuffix("\"request_id\":\"id-1\"}\n")
            )
            #expect(text.contains("\"status\":\(problem.status),") && text.contains("\"code\":\"\(problem.code)\""))
            #expect(latin1Text(head.bytes).contains("Proxy-Status: postern; error=\(problem.proxyStatus)\r\n"))
            #expect(latin1Text(head.bytes).contains("Postern-Request-Id: id-1\r\n"))
            let bodiless = problem.response(requestID: "id-1", closes: closes, isBodiless: true)
            #expect(bodiless == Array(bytes[..<head.bytes.count]))
        }
    }

    @Test(
        "what a client wrote can neither end the JSON nor add a line",
        arguments: [
            ProxyError.noGrant(destination: "a\",\"x\":\"\r\n\r\nHTTP/1.1 200 OK\u{1b}[31m\u{e9}"),
            .policyDenied(rule: "a\\\"\n", reason: "\u{0}\r\n"), .ambiguousGrant(candidates: ["\r\nX: y", "\""]),
            .malformedRequest("\r\n\r\n\""), .approval(.pending(pending)), .approval(.denied(approval: "\r\nX: y")),
            .requestRule(.denied(reason: "\"\r\nX: y")), .requestRule(.unusable(reason: "\u{1b}]0;")),
            .approval(.unaskable(reason: "\r\nX: y")), .credential(.broken(rule: "\"\r\nX: y")),
        ]
    )
    func escapes(error: ProxyError) throws {
        let bytes = ProblemDetails(error).response(requestID: "id-1", closes: true, isBodiless: false)
        let head = try ResponseHead.read(bytes)
        let body = bytes[head.bytes.count...]
        #expect(body.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a } && body.filter { $0 == 0x0a }.count == 1)
        #expect(!latin1Text(head.bytes).contains("X: y"))
    }

    @Test("refusals say when and how to come back") func fields() {
        func fields(_ error: ProxyError) -> [String] { ProblemDetails(error).fields.map { "\($0.name): \($0.value)" } }
        #expect(fields(.identityRequired) == ["Proxy-Authenticate: Basic realm=\"postern\", charset=\"UTF-8\""])
        #expect(
            fields(.keyRequired) == [
                "WWW-Authenticate: Basic realm=\"postern\", charset=\"UTF-8\"",
                "WWW-Authenticate: Bearer realm=\"postern\"",
            ]
        )
        #expect(fields(.methodNotSupported) == ["Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"])
        #expect(
            fields(.rateLimited(retryAfterSeconds: 7, limit: 9)) == [
                "Retry-After: 7", "RateLimit-Policy: \"postern\";q=9;w=60", "RateLimit: \"postern\";r=0;t=7",
            ]
        )
        #expect(fields(.placeholderExpired) == ["WWW-Authenticate: Bearer realm=\"postern\", error=\"invalid_token\""])
        #expect(fields(.approval(.pending(pending))) == ["Retry-After: 5"])
        #expect(fields(.credential(.unavailable(rule: "r"))) == ["Retry-After: 5"])
        #expect(fields(.approval(.denied(approval: "a"))).isEmpty && fields(.keyOutOfPlace).isEmpty)
        #expect(ProblemDetails(.ambiguousGrant(candidates: ["a", "b"])).detail.contains("Postern-Grant: a or b"))
    }

    @Test("what waits for a person names the approval and its page")
    func approvals() {
        for (refusal, id, rest) in [
            (.pending(pending), "approval-1", ",\"approval_url\":\"http://portal.test/approvals/1?"),
            (.denied(approval: "a"), "a", ",\"request_id\""), (.expired(approval: "a"), "a", ",\"request_id\""),
        ] as [(ApprovalRefusal, String, String)] {
            let problem = ProblemDetails(.approval(refusal))
            let text = latin1Text(problem.response(requestID: "id-1", closes: false, isBodiless: false))
            #expect(problem.approval?.id == id && problem.detail.contains(id))
            #expect(text.contains("\"approval_id\":\"\(id)\"\(rest)"), "\(text)")
        }
        #expect(ProblemDetails(.approval(.unavailable)).approval == nil)
    }
}
