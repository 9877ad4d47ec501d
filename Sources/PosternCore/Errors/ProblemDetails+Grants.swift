// What is answered where no grant covers a request, or not as it is.
extension ProblemDetails {
    static func noGrant(destination: String) -> ProblemDetails {
        ProblemDetails(
            403,
            "no_grant",
            "http_request_denied",
            "No grant covers this destination",
            "This agent may not reach \(destination). The operator can grant it a credential for that (postern grant create, or "
                + "[[grant]] in the configuration), or allow it without one ([[egress]])."
        )
    }

    static let unknownProvider = ProblemDetails(
        404,
        "unknown_provider",
        "http_request_denied",
        "This agent has no such base URL",
        "Use /via/<provider>/ with the name of a provider that the agent holds a grant for."
    )

    static func policyDenied(rule: String, reason: String) -> ProblemDetails {
        ProblemDetails(
            403,
            "policy_denied",
            "http_request_denied",
            "The grant does not cover this request",
            "Grant \(rule) was found, but \(reason)."
        )
    }

    static func ambiguousPath(rule: String) -> ProblemDetails {
        ProblemDetails(
            400,
            "ambiguous_path",
            "http_request_error",
            "The path can be read in more than one way",
            "Grant \(rule) is limited to certain paths, so the path may hold no //, ;, %2F, %25 escape or "
                + "bytes that are not UTF-8."
        )
    }

    static func ambiguousGrant(candidates: [String]) -> ProblemDetails {
        ProblemDetails(
            409,
            "ambiguous_grant",
            "http_request_denied",
            "Several grants cover this request",
            "Choose one with the header Postern-Grant: \(candidates.joined(separator: " or "))."
        )
    }

    static func grantExpired(rule: String) -> ProblemDetails {
        ProblemDetails(
            403,
            "grant_expired",
            "http_request_denied",
            "The grant has expired",
            "Grant \(rule) is over. The operator can make another."
        )
    }

    static func grantUsedUp(rule: String) -> ProblemDetails {
        ProblemDetails(
            403,
            "grant_used_up",
            "http_request_denied",
            "The grant is used up",
            "Grant \(rule) has been used as often as it may be. The operator can make another."
        )
    }

    static func bodyTooLarge(limit: Int) -> ProblemDetails {
        ProblemDetails(
            413,
            "body_too_large",
            "http_request_denied",
            "The request body is too large",
            "This grant allows \(limit) bytes."
        )
    }

    static func placeholderLeaked(in place: PlaceholderPlace) -> ProblemDetails {
        ProblemDetails(
            403,
            "placeholder_leaked",
            "http_request_denied",
            "A placeholder stands where no credential belongs",
            "It was found in \(place.description). A placeholder may only stand where the credential goes for which it "
                + "stands, in a request that a grant on that credential covers."
        )
    }

    static let sealedTokenUnknown = ProblemDetails(
        401,
        "sealed_token_unknown",
        "http_request_denied",
        "The token that this placeholder stood for is gone",
        "It has expired, or Postern was restarted. Ask the token endpoint for another one.",
        fields: [("WWW-Authenticate", "Bearer realm=\"postern\", error=\"invalid_token\"")]
    )

    static func rateLimited(retryAfterSeconds seconds: Int, limit: Int) -> ProblemDetails {
        ProblemDetails(
            429,
            "rate_limited",
            "http_request_denied",
            "Too many requests in a minute",
            "The limit is \(limit) requests a minute. Wait \(seconds) s.",
            fields: [
                ("Retry-After", "\(seconds)"),
                ("RateLimit-Policy", "\"postern\";q=\(limit);w=60"),
                ("RateLimit", "\"postern\";r=0;t=\(seconds)"),
            ]
        )
    }

    static func tooManyRequests(limit: Int) -> ProblemDetails {
        ProblemDetails(
            429,
            "too_many_requests",
            "connection_limit_reached",
            "Too many requests at once",
            "The limit is \(limit) requests at the same time. Wait for one to end.",
            fields: [("Retry-After", "1")]
        )
    }

    static let authorityWithdrawn = ProblemDetails(
        403,
        "grant_withdrawn",
        "http_request_denied",
        "The grant was withdrawn while the request ran",
        "Ask the operator."
    )
}
