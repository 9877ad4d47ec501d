internal import CCurl
internal import PosternCore

extension UpstreamError {
    /// What a failed dial means to a client.
    init(_ code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: self = .resolution
        case CURLE_OPERATION_TIMEDOUT: self = .connectionTimeout
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS:
            self = .certificate
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ENGINE_NOTFOUND:
            self = .handshake
        case CURLE_COULDNT_CONNECT: self = .connectionRefused
        default: self = .connectionRefused
        }
    }
}
