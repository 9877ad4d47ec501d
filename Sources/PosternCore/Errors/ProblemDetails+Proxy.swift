// What is answered where Postern itself cannot carry a request out.
extension ProblemDetails {
    static let interceptionUnavailable = ProblemDetails(
        503,
        "interception_unavailable",
        "proxy_internal_error",
        "No certificate can be made for the host",
        "The local certificate authority cannot be used; the operator finds the reason in the daemon's log."
    )

    static let auditUnavailable = ProblemDetails(
        503,
        "audit_unavailable",
        "proxy_internal_error",
        "The audit log cannot be written",
        "Nothing was sent upstream. The operator must make room for the audit log; then try again.",
        fields: [("Retry-After", "5")]
    )

    static let storeUnavailable = ProblemDetails(
        503,
        "store_unavailable",
        "proxy_internal_error",
        "The store cannot be written",
        "Nothing was sent upstream: a use of the grant could not be counted.",
        fields: [("Retry-After", "5")]
    )

    static let overloaded = ProblemDetails(
        503,
        "overloaded",
        "connection_limit_reached",
        "The proxy is at its limit of connections",
        "Try again later.",
        fields: [("Retry-After", "1")]
    )

    static let shuttingDown = ProblemDetails(
        503,
        "shutting_down",
        "proxy_internal_response",
        "The proxy is stopping",
        "Nothing was sent upstream. Try again.",
        fields: [("Retry-After", "1")]
    )

    static let internalError = ProblemDetails(
        500,
        "internal_error",
        "proxy_internal_error",
        "Something went wrong in the proxy",
        "The operator finds the reason in the log under the request id."
    )
}
