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
    package var fields: [(name: String, value: String)]
    /// The approval that is waited for, and its page.
    package var approval: (id: String, url: String)?

    package static func == (left: ProblemDetails, right: ProblemDetails) -> Bool {
        left.status == right.status && left.code == right.code && left.proxyStatus == right.proxyStatus
            && left.title == right.title && left.detail == right.detail
            && left.fields.map(\.name) == right.fields.map(\.name)
            && left.fields.map(\.value) == right.fields.map(\.value)
            && left.approval?.id == right.approval?.id && left.approval?.url == right.approval?.url
    }

    init(
        _ status: Int,
        _ code: String,
        _ proxyStatus: String,
        _ title: String,
        _ detail: String,
        fields: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.code = code
        self.proxyStatus = proxyStatus
        self.title = title
        self.detail = detail
        self.fields = fields
    }

    /// The one table of answers; what each of them says stands in the files beside this one, by family.
    package init(_ error: ProxyError) {
        switch error {
        case .malformedRequest(let what): self = .malformedRequest(what)
        case .headerTooLarge: self = .headerTooLarge
        case .targetTooLong: self = .targetTooLong
        case .requestTimeout: self = .requestTimeout
        case .methodNotSupported: self = .methodNotSupported
        case .misdirectedRequest: self = .misdirectedRequest
        case .clientHandshakeFailed: self = .clientHandshakeFailed
        case .serverNameMismatch: self = .serverNameMismatch
        case .expectationFailed: self = .expectationFailed
        case .identityRequired: self = .identityRequired
        case .keyRequired: self = .keyRequired
        case .identityConflict: self = .identityConflict
        case .peerNotAllowed: self = .peerNotAllowed
        case .tooManyAttempts: self = .tooManyAttempts
        case .browserRequest: self = .browserRequest
        case .agentPaused: self = .agentPaused
        case .noGrant(let destination): self = .noGrant(destination: destination)
        case .unknownProvider: self = .unknownProvider
        case .policyDenied(let rule, let reason): self = .policyDenied(rule: rule, reason: reason)
        case .ambiguousPath(let rule): self = .ambiguousPath(rule: rule)
        case .ambiguousGrant(let candidates): self = .ambiguousGrant(candidates: candidates)
        case .grantExpired(let rule): self = .grantExpired(rule: rule)
        case .grantUsedUp(let rule): self = .grantUsedUp(rule: rule)
        case .bodyTooLarge(let limit): self = .bodyTooLarge(limit: limit)
        case .placeholderLeaked(let place): self = .placeholderLeaked(in: place)
        case .sealedTokenUnknown: self = .sealedTokenUnknown
        case .unsignable(let rule, let reason): self.init(reason, under: rule)
        case .rateLimited(let seconds, let limit): self = .rateLimited(retryAfterSeconds: seconds, limit: limit)
        case .tooManyRequests(let limit): self = .tooManyRequests(limit: limit)
        case .keyOutOfPlace: self = .keyOutOfPlace
        case .placeholderExpired: self = .placeholderExpired
        case .requestRule(let refusal): self.init(refusal)
        case .approval(let refusal): self.init(refusal)
        case .credential(let refusal): self.init(refusal)
        case .auditUnavailable: self = .auditUnavailable
        case .storeUnavailable: self = .storeUnavailable
        case .overloaded: self = .overloaded
        case .shuttingDown: self = .shuttingDown
        case .upstream(let failure): self.init(failure)
        case .authorityWithdrawn: self = .authorityWithdrawn
        case .clientClosed: self = .clientClosed
        case .clientTimeout: self = .clientTimeout
        case .tunnelIdle: self = .tunnelIdle
        case .interceptionUnavailable: self = .interceptionUnavailable
        case .internalError: self = .internalError
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
