// What is answered to a request that cannot be read, or breaks off.
extension ProblemDetails {
    static func malformedRequest(_ what: String) -> ProblemDetails {
        ProblemDetails(
            400,
            "malformed_request",
            "http_request_error",
            "The request cannot be read in exactly one way",
            "Postern refuses what two programs could read differently: \(what)."
        )
    }

    static let headerTooLarge = ProblemDetails(
        431,
        "header_too_large",
        "http_request_error",
        "The request head is too large",
        "Send fewer or shorter header fields; the operator sets the limits under [limits]."
    )

    static let targetTooLong = ProblemDetails(
        414,
        "uri_too_long",
        "http_request_error",
        "The URL is too long",
        "Send the data in a request body instead of the URL."
    )

    static let requestTimeout = ProblemDetails(
        408,
        "request_timeout",
        "http_request_error",
        "The request did not arrive in time",
        "Send the whole request without pausing."
    )

    static let methodNotSupported = ProblemDetails(
        405,
        "method_not_supported",
        "http_request_error",
        "The method is not supported",
        "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, in upper case.",
        fields: [("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
    )

    static let misdirectedRequest = ProblemDetails(
        421,
        "misdirected_request",
        "http_request_error",
        "The request is for another host than its connection",
        "Inside a connection opened by CONNECT, send requests for the host and port that CONNECT named."
    )

    static let clientHandshakeFailed = ProblemDetails(
        400,
        "client_tls_failed",
        "tls_protocol_error",
        "TLS could not be agreed on with the client",
        "Make the client trust the certificate authority that `postern ca export` prints, and use TLS 1.2 or later."
    )

    static let serverNameMismatch = ProblemDetails(
        421,
        "server_name_mismatch",
        "tls_protocol_error",
        "The TLS server name is not the host of CONNECT",
        "Send the host that CONNECT named as the TLS server name."
    )

    static let expectationFailed = ProblemDetails(
        417,
        "expectation_failed",
        "http_request_error",
        "The expectation cannot be met",
        "Only Expect: 100-continue is understood."
    )

    static let clientClosed = ProblemDetails(
        499,
        "client_closed",
        "http_request_error",
        "The client closed the connection",
        "Nothing can be told it."
    )

    static let clientTimeout = ProblemDetails(
        408,
        "client_timeout",
        "http_request_error",
        "The client stopped sending or reading",
        "Send the whole body, and read the whole answer, without pausing."
    )

    static let tunnelIdle = ProblemDetails(
        408,
        "tunnel_idle",
        "connection_read_timeout",
        "Nothing went through the connection for too long",
        "Send something now and then; the operator sets the time as tunnel_idle_s under [timeouts]."
    )
}
