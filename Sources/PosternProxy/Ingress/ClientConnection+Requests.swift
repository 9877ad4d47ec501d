internal import PosternCore
internal import PosternEventLoop

// What becomes of a head that has arrived: an exchange, or an answer of ours.
extension ClientConnection {
    func admit(_ head: RequestHead) {
        let snapshot = worker.snapshot
        var ingress: IngressRequest?
        do throws(ProxyError) {
            if worker.isDraining { throw .shuttingDown }
            let listenerAgent = try listenerAgent(in: snapshot)
            let request = try IngressRequest(head, from: peer)
            ingress = request
            do throws(Refusal) {
                let authorized = try worker.pipeline.authorize(
                    request,
                    listenerAgent: listenerAgent,
                    in: snapshot.directory,
                    nowSeconds: worker.wallClock / 1_000_000_000,
                    monotonicNow: worker.loop.now.nanoseconds
                )
                let exchange = Exchange(authorized, requestID: worker.nextRequestID(), client: self)
                state = .exchange(exchange)
                exchange.begin()
            } catch {
                refuse(
                    slowed(error.error, head),
                    head: head,
                    ingress: request,
                    agent: error.agent,
                    identity: error.identity
                )
            }
        } catch {
            refuse(error, head: head, ingress: ingress)
        }
    }

    /// The agent whose listener this is, as the present snapshot has it.
    func listenerAgent(
        in snapshot: ProxySnapshot
    ) throws(ProxyError) -> (name: String, source: AuditIdentity)? {
        guard let settings = snapshot.listener(listener) else { throw .shuttingDown }
        var isUnix = false
        if case .process(let userID, _) = peer.origin {
            isUnix = true
            if let allowed = settings.allowedUserIDs, !allowed.contains(userID) { throw .peerNotAllowed }
        }
        return settings.agent.map { ($0, isUnix ? .socket : .port) }
    }

    /// A refused identity, or, if it was a wrong key and there were too many of those, the answer to that.
    private func slowed(_ error: ProxyError, _ head: RequestHead) -> ProxyError {
        let showsKey =
            switch error {
            case .identityRequired: head.fields.contains { $0.known == .proxyAuthorization }
            case .keyRequired: head.fields.contains { $0.known == .credential || $0.known == .proxyAuthorization }
            case .identityConflict: true
            default: false
            }
        guard showsKey else { return error }
        let isExhausted = worker.shared.attempts.isExhausted(
            afterWrongKeyFrom: peer.source,
            now: worker.loop.now.nanoseconds
        )
        return isExhausted ? .tooManyAttempts : error
    }

    /// Answers a request that is not carried out, and records that.
    func refuse(
        _ error: ProxyError,
        head: RequestHead? = nil,
        ingress: IngressRequest? = nil,
        agent: String? = nil,
        identity: AuditIdentity? = nil
    ) {
        let requestID = worker.nextRequestID()
        let problem = ProblemDetails(error)
        worker.journal.append(
            DenialRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: agent,
                identity: identity,
                peer: auditedPeer,
                provider: ingress?.providerName,
                rule: error.ruleID,
                method: head.map { ArraySlice($0.method.rawValue.utf8) },
                url: ingress.flatMap(AuditURL.init(asked:)),
                status: problem.status,
                errorCode: problem.code,
                reason: problem.detail,
                tags: head.map(AuditTags.init) ?? AuditTags()
            )
        )
        let body = head?.body ?? .none
        let canGoOn = head.map { $0.keepsConnection && canDiscard($0) } ?? false
        let closes = error.endsConnection || !canGoOn || hasEnded
        let response = problem.response(requestID: requestID, closes: closes, isBodiless: head?.method == .head)
        response.withUnsafeBytes { write($0) }
        if closes {
            finishConnection()
        } else if body == .none {
            becameIdle()
        } else {
            state = .discarding(RequestBodyDecoder(body), remaining: ClientConnection.maxDiscardedBytes)
        }
    }

    /// Whether the body of a refused request may be read to keep the connection.
    ///
    /// A client that waits for 100 Continue may or may not send one, so the next bytes could be either.
    private func canDiscard(_ head: RequestHead) -> Bool {
        switch head.body {
        case .none: true
        case .length(let length): !head.expectsContinue && length < ClientConnection.maxDiscardedBytes
        case .chunked: !head.expectsContinue
        }
    }

    /// The exchange is over.
    ///
    /// - Parameter keeps: whether the connection stands exactly before the next request.
    func exchangeEnded(keeps: Bool) {
        guard case .exchange = state else { return }
        guard keeps, !hasEnded || !input.isEmpty, !worker.isDraining, !isBroken else {
            finishConnection()
            return
        }
        becameIdle()
        readRequests()
    }

    func becameIdle() {
        state = .idle
        if output.isEmpty { worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientIdle) }
    }
}

extension ProxyError {
    /// The rule that a refusal names.
    fileprivate var ruleID: String? {
        switch self {
        case .policyDenied(let rule, _), .ambiguousPath(let rule), .grantExpired(let rule): rule
        default: nil
        }
    }
}

extension AuditURL {
    /// What a refused request asked for, as it was addressed.
    fileprivate init?(asked ingress: IngressRequest) {
        guard case .destination(let scheme, let host, let port) = ingress.target else { return nil }
        self.init(
            destination: Destination(scheme: scheme, host: host, port: port ?? scheme.defaultPort),
            path: ingress.head[ingress.path],
            query: ingress.query.map { ingress.head[$0] }
        )
    }
}
