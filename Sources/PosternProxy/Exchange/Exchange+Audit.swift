internal import PosternCore
internal import PosternEventLoop

// What is written down about an exchange.
extension Exchange {
    func recordIntent() {
        let isGrant = request.rule.injection != nil
        worker.journal.append(
            IntentRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: request.agent.agentName,
                party: party,
                identity: request.identitySource,
                peer: client.source.auditedPeer,
                provider: request.rule.providerName,
                grant: isGrant ? request.rule.id : nil,
                rule: isGrant ? nil : request.rule.id,
                spoken: spoken,
                method: request.ingress.head.method,
                url: request.auditURL,
                tags: tags
            ),
            waiter: self
        )
    }

    /// Who is behind it beside the agent.
    private var party: AuditParty {
        AuditParty(
            user: request.agent.userID ?? request.rule.facts?.userID ?? attribution?.user,
            key: attribution?.key ?? request.keyID,
            caller: attribution?.caller,
            approval: approval,
            reason: attribution?.reason
        )
    }

    private var spoken: AuditProtocol {
        if client.prefersHTTP2 { return .http2 }
        return request.ingress.head.version == .http10 ? .http10 : .http11
    }

    func recordRefusal(_ error: ProxyError) {
        let problem = ProblemDetails(error)
        worker.journal.append(
            DenialRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: request.agent.agentName,
                party: party,
                identity: request.identitySource,
                peer: client.source.auditedPeer,
                provider: request.rule.providerName,
                grant: request.rule.injection == nil ? nil : request.rule.id,
                rule: request.rule.injection == nil ? request.rule.id : nil,
                method: ArraySlice(request.ingress.head.method.rawValue.utf8),
                url: request.auditURL,
                status: status(of: error) ?? problem.status,
                errorCode: problem.code,
                reason: problem.detail,
                tags: tags
            )
        )
    }

    /// What a call's client is told of it, where that is another status than one of the proxy is told.
    private func status(of error: ProxyError) -> Int? {
        if case .approval(.pending) = error, client.call != nil { 202 } else { nil }
    }

    func recordOutcome(_ error: ProxyError?) {
        let isGrant = request.rule.injection != nil
        let problem = error.map { ProblemDetails($0) }
        // Once sent, a request without an answer may have taken effect all the same.
        let result: OutcomeRecord.Result =
            error == nil ? .success : sentAt != nil && !response.hasBegun ? .unknown : .failure
        worker.journal.append(
            OutcomeRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: request.agent.agentName,
                party: party,
                provider: request.rule.providerName,
                grant: isGrant ? request.rule.id : nil,
                rule: isGrant ? nil : request.rule.id,
                method: request.ingress.head.method,
                url: request.auditURL,
                result: result,
                status: response.status ?? problem?.status,
                errorCode: problem?.code,
                measurements: OutcomeRecord.Measurements(
                    duration: Instant.now.nanoseconds(since: startedAt),
                    firstByte: sentAt.flatMap { sent in firstByteAt?.nanoseconds(since: sent) },
                    requestBodyBytes: requestBodyBytes,
                    responseBodyBytes: response.bodyBytes,
                    retries: retries,
                    scrubbed: response.scrubbedCount,
                    sealed: response.sealedCount
                )
            )
        )
    }
}
