// What is answered where it is not known who asks, or who asks may not at all.
extension ProblemDetails {
    static let identityRequired = ProblemDetails(
        407,
        "identity_required",
        "http_request_denied",
        "The proxy does not know which agent is asking",
        "Set http_proxy to http://AGENT:KEY@HOST:PORT with the agent's name and key, or connect through the "
            + "agent's own socket.",
        fields: [("Proxy-Authenticate", "Basic realm=\"postern\", charset=\"UTF-8\"")]
    )

    static let keyRequired = ProblemDetails(
        401,
        "identity_required",
        "http_request_denied",
        "The proxy does not know which agent is asking",
        "Give the agent's Postern key as the API key of the client.",
        // Basic first: git and curl send the key of a URL only when asked for it so.
        fields: [
            ("WWW-Authenticate", "Basic realm=\"postern\", charset=\"UTF-8\""),
            ("WWW-Authenticate", "Bearer realm=\"postern\""),
        ]
    )

    static let identityConflict = ProblemDetails(
        403,
        "identity_conflict",
        "http_request_denied",
        "The request names two different agents",
        "Send one agent's key only, and only through that agent's own socket."
    )

    static let peerNotAllowed = ProblemDetails(
        403,
        "peer_not_allowed",
        "http_request_denied",
        "This user may not use this socket",
        "The operator lists the user ids that may connect under uids."
    )

    static let tooManyAttempts = ProblemDetails(
        429,
        "too_many_attempts",
        "http_request_denied",
        "Too many wrong keys",
        "Wait, then send the right key.",
        fields: [("Retry-After", "5")]
    )

    static let browserRequest = ProblemDetails(
        403,
        "browser_request",
        "http_request_denied",
        "A web page may not use this port",
        "The port stands for an agent, so any page open in a browser could act as it. Use the agent's key."
    )

    static let agentPaused = ProblemDetails(
        403,
        "agent_paused",
        "http_request_denied",
        "The agent is paused",
        "Nothing of it is let through until the operator resumes it: postern agent resume."
    )
}
