/// Everything that a client of the proxy can cause or see, other than an answer of its upstream.
package enum ProxyError: Error, Equatable, Sendable {
    // The client's request could not be read.
    case malformedRequest(String)
    case headerTooLarge
    case targetTooLong
    case requestTimeout
    case methodNotSupported
    case misdirectedRequest
    case clientHandshakeFailed
    case serverNameMismatch
    case expectationFailed
    // Who is asking?
    case identityRequired
    case keyRequired
    case identityConflict
    case peerNotAllowed
    case tooManyAttempts
    case browserRequest
    case agentPaused
    // May they?
    case noGrant(destination: String)
    case unknownProvider
    case policyDenied(rule: String, reason: String)
    case ambiguousPath(rule: String)
    case ambiguousGrant(candidates: [String])
    case grantExpired(rule: String)
    case grantUsedUp(rule: String)
    case bodyTooLarge(limit: Int)
    case placeholderLeaked(where: PlaceholderPlace)
    case sealedTokenUnknown
    case unsignable(rule: String, SigningRefusal)
    case rateLimited(retryAfterSeconds: Int, limit: Int)
    case tooManyRequests(limit: Int)
    case keyOutOfPlace
    case placeholderExpired
    case requestRule(RequestRuleRefusal)
    case approval(ApprovalRefusal)
    // Ours to carry out.
    case credential(CredentialRefusal)
    case auditUnavailable
    case storeUnavailable
    case overloaded
    case shuttingDown
    case upstream(UpstreamError)
    case authorityWithdrawn
    case clientClosed
    case clientTimeout
    case tunnelIdle
    case interceptionUnavailable
    case internalError
}

/// What a caller's own rule says against its call.
package enum RequestRuleRefusal: Error, Hashable, Sendable {
    case denied(reason: String)
    /// It asks for a person, whom nobody has named.
    case stepUp(reason: String)
    /// What it wants left out cannot be taken out.
    case unredactable(reason: String)
    /// It cannot be told whether it holds.
    case unusable(reason: String)
}

/// Why a request that a person has to approve is not sent.
package enum ApprovalRefusal: Error, Hashable, Sendable {
    case pending(PendingApproval)
    case denied(approval: String)
    case expired(approval: String)
    /// It cannot be asked about.
    case unaskable(reason: String)
    /// Nobody can be asked now.
    case unavailable
}

/// Why a user's connection cannot be used.
package enum CredentialRefusal: Error, Hashable, Sendable {
    /// Its user has to connect again.
    case broken(rule: String)
    /// Its token has ended, and another could not be had now.
    case unavailable(rule: String)
}

/// What can go wrong between Postern and an upstream.
package enum UpstreamError: Error, Equatable, Sendable {
    case resolution
    case connectionRefused
    case connectionTimeout
    case addressProhibited
    case addressIsOurs
    case certificate
    case handshake
    case connectionLost
    case responseTimeout
    case responseIncomplete
    case responseMalformed
    case contentEncoded
    case tokenUnreadable
    case toolListUnreadable(reason: String)
    case totalTimeout
}

extension ProxyError {
    /// Whose doing an error is; log levels and the reuse of connections follow from it.
    package enum Fault: String, Sendable { case downstream, upstream, local }

    package var fault: Fault {
        switch self {
        case .upstream(.addressIsOurs), .upstream(.addressProhibited): .downstream
        case .upstream: .upstream
        case .auditUnavailable, .storeUnavailable, .overloaded, .shuttingDown, .interceptionUnavailable, .internalError,
            .authorityWithdrawn, .credential, .approval(.unavailable):
            .local
        case .malformedRequest, .headerTooLarge, .targetTooLong, .requestTimeout, .methodNotSupported,
            .misdirectedRequest, .clientHandshakeFailed, .serverNameMismatch, .expectationFailed, .identityRequired,
            .keyRequired, .identityConflict,
            .peerNotAllowed,
            .tooManyAttempts, .browserRequest, .agentPaused, .noGrant, .unknownProvider, .policyDenied, .ambiguousPath,
            .ambiguousGrant,
            .grantExpired, .grantUsedUp, .bodyTooLarge, .placeholderLeaked, .sealedTokenUnknown, .unsignable,
            .rateLimited, .tooManyRequests, .keyOutOfPlace, .placeholderExpired, .requestRule, .approval,
            .clientClosed, .clientTimeout, .tunnelIdle:
            .downstream
        }
    }

    /// Whether the bytes that follow on the connection can no longer be told apart, so it must be closed.
    package var endsConnection: Bool {
        switch self {
        case .malformedRequest, .headerTooLarge, .targetTooLong, .requestTimeout, .misdirectedRequest,
            .clientHandshakeFailed, .serverNameMismatch, .interceptionUnavailable,
            .tooManyAttempts, .peerNotAllowed, .overloaded, .shuttingDown, .internalError, .methodNotSupported,
            .expectationFailed, .authorityWithdrawn, .clientClosed, .clientTimeout, .tunnelIdle:
            true
        case .identityRequired, .keyRequired, .identityConflict, .browserRequest, .agentPaused, .noGrant,
            .unknownProvider,
            .policyDenied,
            .ambiguousPath, .ambiguousGrant, .grantExpired, .grantUsedUp, .bodyTooLarge, .placeholderLeaked,
            .sealedTokenUnknown, .unsignable,
            .rateLimited, .tooManyRequests, .keyOutOfPlace, .placeholderExpired, .requestRule, .approval, .credential,
            .auditUnavailable, .storeUnavailable, .upstream:
            false
        }
    }
}
