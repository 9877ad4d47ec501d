// What is answered where the upstream cannot be reached, or its answer cannot be passed on.
extension ProblemDetails {
    init(_ failure: UpstreamError) {
        switch failure {
        case .addressProhibited:
            self.init(
                403,
                "destination_prohibited",
                "destination_ip_prohibited",
                "The destination's address is not public",
                "The operator can allow it with allow_private or connect_to."
            )
        case .addressIsOurs:
            self.init(
                502,
                "loop_detected",
                "proxy_loop_detected",
                "The destination is this proxy itself",
                "Correct the host."
            )
        case .resolution:
            self.init(
                502,
                "dns_error",
                "dns_error",
                "The upstream's name could not be resolved",
                "Nothing was sent. Check the host, or try again."
            )
        case .connectionRefused:
            self.init(
                502,
                "connection_refused",
                "connection_refused",
                "The upstream could not be connected to",
                "Nothing was sent. Try again later."
            )
        case .connectionTimeout:
            self.init(
                504,
                "connection_timeout",
                "connection_timeout",
                "The upstream did not accept a connection in time",
                "Nothing was sent. Try again later."
            )
        case .certificate:
            self.init(
                502,
                "tls_certificate_error",
                "tls_certificate_error",
                "The upstream's certificate is not trusted",
                "Nothing was sent. The operator can name its authority with ca_file."
            )
        case .handshake:
            self.init(
                502,
                "tls_error",
                "tls_protocol_error",
                "The TLS handshake with the upstream failed",
                "Nothing was sent."
            )
        case .connectionLost:
            self.init(
                502,
                "connection_lost",
                "connection_terminated",
                "The upstream closed the connection without an answer",
                "The request may or may not have taken effect. Check before sending it again."
            )
        case .responseTimeout:
            self.init(
                504,
                "response_timeout",
                "http_response_timeout",
                "The upstream did not answer in time",
                "The request may or may not have taken effect. Check before sending it again."
            )
        case .responseIncomplete:
            self.init(
                502,
                "response_incomplete",
                "http_response_incomplete",
                "The upstream's answer broke off",
                "The request may or may not have taken effect. Check before sending it again."
            )
        case .responseMalformed:
            self.init(
                502,
                "response_malformed",
                "http_protocol_error",
                "The upstream's answer is not valid HTTP/1.1",
                "The answer was withheld."
            )
        case .contentEncoded:
            self.init(
                502,
                "content_encoding_refused",
                "http_response_content_coding",
                "The upstream compressed its answer although it was asked not to",
                "The answer was withheld, because a credential in it could not be found and masked."
            )
        case .tokenUnreadable:
            self.init(
                502,
                "token_unreadable",
                "http_protocol_error",
                "The answer of the token endpoint could not be read",
                "The answer was withheld, because a token in it could not be found and kept here."
            )
        case .toolListUnreadable(let reason):
            self.init(
                502,
                "tool_list_unreadable",
                "http_protocol_error",
                "The answer of the MCP server could not be read",
                "It was withheld, because tools that this agent may not call could not be taken out of it: \(reason)."
            )
        case .totalTimeout:
            self.init(
                504,
                "total_timeout",
                "http_response_timeout",
                "The exchange took too long",
                "The operator sets the limit with total_s under [timeouts]."
            )
        }
    }
}
