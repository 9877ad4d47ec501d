/// The answer to a request that Postern refuses or cannot carry out: RFC 9457 problem details and RFC 9209
/// `Proxy-Status`, so that a refusal of ours is never taken for one of the upstream's.
package struct ProblemDetails: OwnAnswer, Equatable, Sendable {
    package let status: Int
    /// The stable name of the problem, for programs.
    package let code: String
    /// The registered error type of RFC 9209 section 2.3.
    package let proxyStatus: String
    /// The problem in a few words.
    package let title: String
    /// What to do about it, for a person or a model.
    ///
    /// Never holds a secret, a path of ours or a library's words.
    package let detail: String
    /// Further header fields.
    package var fields: [(name: String, value: String)] = []
    /// The approval that is waited for, and its page.
    package var approval: (id: String, url: String?)?

    package static func == (left: ProblemDetails, right: ProblemDetails) -> Bool {
        left.status == right.status && left.code == right.code && left.proxyStatus == right.proxyStatus
            && left.title == right.title && left.detail == right.detail
            && left.fields.map(\.name) == right.fields.map(\.name)
            && left.fields.map(\.value) == right.fields.map(\.value)
            && left.approval?.id == right.approval?.id && left.approval?.url == right.approval?.url
    }

    init(_ status: Int, _ code: String, _ proxyStatus: String, _ title: String, _ detail: String) {
        self.status = status
        self.code = code
        self.proxyStatus = proxyStatus
        self.title = title
        self.detail = detail
    }

    /// The one table of answers.
    package init(_ error: ProxyError) {
        switch error {
        case .malformedRequest(let what):
            self.init(
                400,
                "malformed_request",
                "http_request_error",
                "The request cannot be read in exactly one way",
                "Postern refuses what two programs could read differently: \(what)."
            )
        case .headerTooLarge:
            self.init(
                431,
                "header_too_large",
                "http_request_error",
                "The request head is too large",
                "Send fewer or shorter header fields; the operator sets the limits under [limits]."
            )
        case .targetTooLong:
            self.init(
                414,
                "uri_too_long",
                "http_request_error",
                "The URL is too long",
                "Send the data in a request body instead of the URL."
            )
        case .requestTimeout:
            self.init(
                408,
                "request_timeout",
                "http_request_error",
                "The request did not arrive in time",
                "Send the whole request without pausing."
            )
        case .methodNotSupported:
            self.init(
                405,
                "method_not_supported",
                "http_request_error",
                "The method is not supported",
                "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, in upper case."
            )
            fields = [("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
        case .misdirectedRequest:
            self.init(
                421,
                "misdirected_request",
                "http_request_error",
                "The request is for another host than its connection",
                "Inside a connection opened by CONNECT, send requests for the host and port that CONNECT named."
            )
        case .clientHandshakeFailed:
            self.init(
                400,
                "client_tls_failed",
                "tls_protocol_error",
                "TLS could not be agreed on with the client",
                "Make the client trust the certificate authority that `postern ca export` prints, and use TLS 1.2 or later."
            )
        case .serverNameMismatch:
            self.init(
                421,
                "server_name_mismatch",
                "tls_protocol_error",
                "The TLS server name is not the host of CONNECT",
                "Send the host that CONNECT named as the TLS server name."
            )
        case .interceptionUnavailable:
            self.init(
                503,
                "interception_unavailable",
                "proxy_internal_error",
                "No certificate can be made for the host",
                "The local certificate authority cannot be used; the operator finds the reason in the daemon's log."
            )
        case .expectationFailed:
            self.init(
                417,
                "expectation_failed",
                "http_request_error",
                "The expectation cannot be met",
                "Only Expect: 100-continue is understood."
            )
        case .identityRequired:
            self.init(
                407,
                "identity_required",
                "http_request_denied",
                "The proxy does not know which agent is asking",
                "Set http_proxy to http://AGENT:KEY@HOST:PORT with the agent's name and key, or connect through the "
                    + "agent's own socket."
            )
            fields = [("Proxy-Authenticate", "Basic realm=\"postern\", charset=\"UTF-8\"")]
        case .keyRequired:
            self.init(
                401,
                "identity_required",
                "http_request_denied",
                "The proxy does not know which agent is asking",
                "Give the agent's Postern key as the API key of the client."
            )
            // Basic first: git and curl send the key of a URL only when asked for it so.
            fields = [
                ("WWW-Authenticate", "Basic realm=\"postern\", charset=\"UTF-8\""),
                ("WWW-Authenticate", "Bearer realm=\"postern\""),
            ]
        case .identityConflict:
            self.init(
                403,
                "identity_conflict",
                "http_request_denied",
                "The request names two different agents",
                "Send one agent's key only, and only through that agent's own socket."
            )
        case .peerNotAllowed:
            self.init(
                403,
                "peer_not_allowed",
                "http_request_denied",
                "This user may not use this socket",
                "The operator lists the user ids that may connect under uids."
            )
        case .tooManyAttempts:
            self.init(
                429,
                "too_many_attempts",
                "http_request_denied",
                "Too many wrong keys",
                "Wait, then send the right key."
            )
            fields = [("Retry-After", "5")]
        case .browserRequest:
            self.init(
                403,
                "browser_request",
                "http_request_denied",
                "A web page may not use this port",
                "The port stands for an agent, so any page open in a browser could act as it. Use the agent's key."
            )
        case .agentPaused:
            self.init(
                403,
                "agent_paused",
                "http_request_denied",
                "The agent is paused",
                "Nothing of it is let through until the operator resumes it: postern agent resume."
            )
        case .noGrant(let destination):
            self.init(
                403,
                "no_grant",
                "http_request_denied",
                "No grant covers this destination",
                "This agent may not reach \(destination). The operator can grant it a credential for that (postern grant create, or "
                    + "[[grant]] in the configuration), or allow it without one ([[egress]])."
            )
        case .unknownProvider:
            self.init(
                404,
                "unknown_provider",
                "http_request_denied",
                "This agent has no such base URL",
                "Use /via/<provider>/ with the name of a provider that the agent holds a grant for."
            )
        case .policyDenied(let rule, let reason):
            self.init(
                403,
                "policy_denied",
                "http_request_denied",
                "The grant does not cover this request",
                "Grant \(rule) was found, but \(reason)."
            )
        case .ambiguousPath(let rule):
            self.init(
                400,
                "ambiguous_path",
                "http_request_error",
                "The path can be read in more than one way",
                "Grant \(rule) is limited to certain paths, so the path may hold no //, ;, %2F, %25 escape or "
                    + "bytes that are not UTF-8."
            )
        case .ambiguousGrant(let candidates):
            self.init(
                409,
                "ambiguous_grant",
                "http_request_denied",
                "Several grants cover this request",
                "Choose one with the header Postern-Grant: \(candidates.joined(separator: " or "))."
            )
        case .grantExpired(let rule):
            self.init(
                403,
                "grant_expired",
                "http_request_denied",
                "The grant has expired",
                "Grant \(rule) is over. The operator can make another."
            )
        case .grantUsedUp(let rule):
            self.init(
                403,
                "grant_used_up",
                "http_request_denied",
                "The grant is used up",
                "Grant \(rule) has been used as often as it may be. The operator can make another."
            )
        case .keyOutOfPlace: self = ProblemDetails.keyOutOfPlace
        case .placeholderExpired: self = ProblemDetails.placeholderExpired
        case .requestRule(let refusal): self.init(refusal)
        case .approval(let refusal): self.init(refusal)
        case .credential(let refusal): self.init(refusal)
        case .bodyTooLarge(let limit):
            self.init(
                413,
                "body_too_large",
                "http_request_denied",
                "The request body is too large",
                "This grant allows \(limit) bytes."
            )
        case .placeholderLeaked(let place):
            self.init(
                403,
                "placeholder_leaked",
                "http_request_denied",
                "A placeholder stands where no credential belongs",
                "It was found in \(place.description). A placeholder may only stand where the credential goes for which it "
                    + "stands, in a request that a grant on that credential covers."
            )
        case .sealedTokenUnknown:
            self.init(
                401,
                "sealed_token_unknown",
                "http_request_denied",
                "The token that this placeholder stood for is gone",
                "It has expired, or Postern was restarted. Ask the token endpoint for another one."
            )
            fields = [("WWW-Authenticate", "Bearer realm=\"postern\", error=\"invalid_token\"")]
        case .unsignable(let rule, let reason): self.init(reason, under: rule)
        case .rateLimited(let seconds, let limit):
            self.init(
                429,
                "rate_limited",
                "http_request_denied",
                "Too many requests in a minute",
                "The limit is \(limit) requests a minute. Wait \(seconds) s."
            )
            fields = [
                ("Retry-After", "\(seconds)"),
                ("RateLimit-Policy", "\"postern\";q=\(limit);w=60"),
                ("RateLimit", "\"postern\";r=0;t=\(seconds)"),
            ]
        case .tooManyRequests(let limit):
            self.init(
                429,
                "too_many_requests",
                "connection_limit_reached",
                "Too many requests at once",
                "The limit is \(limit) requests at the same time. Wait for one to end."
            )
            fields = [("Retry-After", "1")]
        case .auditUnavailable:
            self.init(
                503,
                "audit_unavailable",
                "proxy_internal_error",
                "The audit log cannot be written",
                "Nothing was sent upstream. The operator must make room for the audit log; then try again."
            )
            fields = [("Retry-After", "5")]
        case .storeUnavailable:
            self.init(
                503,
                "store_unavailable",
                "proxy_internal_error",
                "The store cannot be written",
                "Nothing was sent upstream: a use of the grant could not be counted."
            )
            fields = [("Retry-After", "5")]
        case .overloaded:
            self.init(
                503,
                "overloaded",
                "connection_limit_reached",
                "The proxy is at its limit of connections",
                "Try again later."
            )
            fields = [("Retry-After", "1")]
        case .shuttingDown:
            self.init(
                503,
                "shutting_down",
                "proxy_internal_response",
                "The proxy is stopping",
                "Nothing was sent upstream. Try again."
            )
            fields = [("Retry-After", "1")]
        case .upstream(.addressProhibited):
            self.init(
                403,
                "destination_prohibited",
                "destination_ip_prohibited",
                "The destination's address is not public",
                "The operator can allow it with allow_private or connect_to."
            )
        case .upstream(.addressIsOurs):
            self.init(
                502,
                "loop_detected",
                "proxy_loop_detected",
                "The destination is this proxy itself",
                "Correct the host."
            )
        case .upstream(.resolution):
            self.init(
                502,
                "dns_error",
                "dns_error",
                "The upstream's name could not be resolved",
                "Nothing was sent. Check the host, or try again."
            )
        case .upstream(.connectionRefused):
            self.init(
                502,
                "connection_refused",
                "connection_refused",
                "The upstream could not be connected to",
                "Nothing was sent. Try again later."
            )
        case .upstream(.connectionTimeout):
            self.init(
                504,
                "connection_timeout",
                "connection_timeout",
                "The upstream did not accept a connection in time",
                "Nothing was sent. Try again later."
            )
        case .upstream(.certificate):
            self.init(
                502,
                "tls_certificate_error",
                "tls_certificate_error",
                "The upstream's certificate is not trusted",
                "Nothing was sent. The operator can name its authority with ca_file."
            )
        case .upstream(.handshake):
            self.init(
                502,
                "tls_error",
                "tls_protocol_error",
                "The TLS handshake with the upstream failed",
                "Nothing was sent."
            )
        case .upstream(.connectionLost):
            self.init(
                502,
                "connection_lost",
                "connection_terminated",
                "The upstream closed the connection without an answer",
                "The request may or may not have taken effect. Check before sending it again."
            )
        case .upstream(.responseTimeout):
            self.init(
                504,
                "response_timeout",
                "http_response_timeout",
                "The upstream did not answer in time",
                "The request may or may not have taken effect. Check before sending it again."
            )
        case .upstream(.responseIncomplete):
            self.init(
                502,
                "response_incomplete",
                "http_response_incomplete",
                "The upstream's answer broke off",
                "The request may or may not have taken effect. Check before sending it again."
            )
        case .upstream(.responseMalformed):
            self.init(
                502,
                "response_malformed",
                "http_protocol_error",
                "The upstream's answer is not valid HTTP/1.1",
                "The answer was withheld."
            )
        case .upstream(.contentEncoded):
            self.init(
                502,
                "content_encoding_refused",
                "http_response_content_coding",
                "The upstream compressed its answer although it was asked not to",
                "The answer was withheld, because a credential in it could not be found and masked."
            )
        case .upstream(.tokenUnreadable):
            self.init(
                502,
                "token_unreadable",
                "http_protocol_error",
                "The answer of the token endpoint could not be read",
                "The answer was withheld, because a token in it could not be found and kept here."
            )
        case .upstream(.toolListUnreadable(let reason)):
            self.init(
                502,
                "tool_list_unreadable",
                "http_protocol_error",
                "The answer of the MCP server could not be read",
                "It was withheld, because tools that this agent may not call could not be taken out of it: \(reason)."
            )
        case .upstream(.totalTimeout):
            self.init(
                504,
                "total_timeout",
                "http_response_timeout",
                "The exchange took too long",
                "The operator sets the limit with total_s under [timeouts]."
            )
        case .authorityWithdrawn:
            self.init(
                403,
                "grant_withdrawn",
                "http_request_denied",
                "The grant was withdrawn while the request ran",
                "Ask the operator."
            )
        case .clientClosed:
            self.init(
                499,
                "client_closed",
                "http_request_error",
                "The client closed the connection",
                "Nothing can be told it."
            )
        case .tunnelIdle:
            self.init(
                408,
                "tunnel_idle",
                "connection_read_timeout",
                "Nothing went through the connection for too long",
                "Send something now and then; the operator sets the time as tunnel_idle_s under [timeouts]."
            )
        case .clientTimeout:
            self.init(
                408,
                "client_timeout",
                "http_request_error",
                "The client stopped sending or reading",
                "Send the whole body, and read the whole answer, without pausing."
            )
        case .internalError:
            self.init(
                500,
                "internal_error",
                "proxy_internal_error",
                "Something went wrong in the proxy",
                "The operator finds the reason in the log under the request id."
            )
        }
    }

    /// The whole HTTP/1.1 answer.
    ///
    /// `requestID` names the request in the audit log, `closes` says whether the connection ends after the answer, and
    /// `isBodiless` whether it answers HEAD, so that the body is left out.
    package func response(requestID: String, closes: Bool, isBodiless: Bool) -> [UInt8] {
        var batch = AuditBatch()
        batch.append(isIntent: false) { encoder in
            encoder.member("type", constant: "about:blank")
            encoder.member("title", title)
            encoder.member("status", status)
            encoder.member("detail", detail)
            encoder.member("code", code)
            encoder.member("approval_id", approval?.id)
            encoder.member("approval_url", approval?.url)
            encoder.member("request_id", requestID)
        }
        var body = batch.withBytes { Array($0) }
        body.append(contentsOf: "}\n".utf8)
        var head = "HTTP/1.1 \(status) \(ReasonPhrase.of(status))\r\n"
        head += "Content-Type: application/problem+json\r\nContent-Length: \(body.count)\r\n"
        head += "Proxy-Status: postern; error=\(proxyStatus)\r\nCache-Control: no-store\r\n"
        head += "Postern-Request-Id: \(requestID)\r\n"
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        head += closes ? "Connection: close\r\n\r\n" : "\r\n"
        return Array(head.utf8) + (isBodiless ? [] : body)
    }
}

/// The reason phrases of the statuses that Postern itself answers with.
enum ReasonPhrase {
    static func of(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Refused"
        }
    }
}
