internal import PosternCore
internal import PosternEventLoop

/// What becomes of a request whose head has arrived.
enum Admission {
    /// It is carried out; ``ClientTask/begin()`` is next.
    case task(any ClientTask)
    /// A connection is opened to the host, in which each request is judged.
    case intercept(InterceptedHost)
    /// It is refused, which is recorded; the problem is still to be told.
    case refused(Refused)

    /// A refusal of ours.
    struct Refused {
        let error: ProxyError
        let problem: ProblemDetails
        let requestID: String
    }
}

// One way for every kind of client connection.
extension ProxyWorker {
    /// Decides about a request.
    ///
    /// `intercepted` is the host that the connection was opened to by CONNECT.
    func admit(
        _ head: RequestHead,
        from source: ClientSource,
        inside intercepted: InterceptedHost?,
        client: any ExchangeClient
    ) -> Admission {
        var ingress: IngressRequest?
        do throws(ProxyError) {
            if isDraining { throw .shuttingDown }
            let listenerAgent = try source.listenerAgent(in: snapshot)
            let request = try IngressRequest(
                head,
                from: source.peer,
                inside: intercepted,
                ownPort: source.localPort,
                isUnaware: source.isUnaware
            )
            ingress = request
            if case .own = request.target, client.call == nil {
                return .task(
                    try ServiceExchange(
                        request,
                        id: nextRequestID(),
                        listenerAgent: listenerAgent?.name,
                        client: client
                    )
                )
            }
            do throws(Refusal) {
                let now = wallClock / 1_000_000_000
                if head.method == .connect,
                    let host = try pipeline.intercept(
                        request,
                        listenerAgent: listenerAgent,
                        in: snapshot.directory,
                        nowSeconds: now
                    )
                {
                    return .intercept(host)
                }
                let authorized = try pipeline.authorize(
                    request,
                    listenerAgent: listenerAgent,
                    only: client.call?.grant,
                    in: snapshot.directory,
                    nowSeconds: now,
                    monotonicNow: loop.now.nanoseconds
                )
                return .task(Exchange(authorized, requestID: nextRequestID(), client: client))
            } catch {
                let reason = slowed(error.error, head, source)
                return .refused(
                    refusal(
                        reason,
                        from: source,
                        head: head,
                        ingress: request,
                        error.agent,
                        error.identity,
                        party: client.call.map(AuditParty.init) ?? AuditParty()
                    )
                )
            }
        } catch {
            return .refused(refusal(error, from: source, head: head, ingress: ingress, intercepted: intercepted))
        }
    }

    /// Records that a request is refused.
    func refusal(
        _ error: ProxyError,
        from source: ClientSource,
        head: RequestHead? = nil,
        ingress: IngressRequest? = nil,
        intercepted: InterceptedHost? = nil,
        _ agent: String? = nil,
        _ identity: AuditIdentity? = nil,
        party: AuditParty = AuditParty()
    ) -> Admission.Refused {
        let requestID = nextRequestID()
        let problem = ProblemDetails(error)
        let rule = error.ruleID.flatMap { id in agent.flatMap { snapshot.directory.agent(named: $0)?.rule(id) } }
        journal.append(
            DenialRecord(
                time: wallClock,
                requestID: requestID,
                agent: (agent ?? intercepted?.agent).flatMap { snapshot.directory.agent(named: $0)?.agentName },
                party: party,
                identity: identity ?? intercepted?.identity,
                peer: source.auditedPeer,
                provider: rule?.providerName ?? ingress?.providerName,
                grant: rule?.providerName == nil ? nil : error.ruleID,
                rule: rule?.providerName == nil ? error.ruleID : nil,
                method: head.map { ArraySlice($0.method.rawValue.utf8) },
                url: ingress.flatMap(AuditURL.init(asked:)) ?? intercepted.map(AuditURL.init(within:)),
                status: problem.status,
                errorCode: problem.code,
                reason: problem.detail,
                tags: head.map(AuditTags.init) ?? AuditTags()
            )
        )
        return Admission.Refused(error: error, problem: problem, requestID: requestID)
    }

    /// A refused identity, or, if it was a wrong key and there were too many of those, the answer to that.
    private func slowed(_ error: ProxyError, _ head: RequestHead, _ source: ClientSource) -> ProxyError {
        let showsKey =
            switch error {
            case .identityRequired: head.fields.contains { $0.known == .proxyAuthorization }
            case .keyRequired: head.fields.contains { $0.known == .credential || $0.known == .proxyAuthorization }
            case .identityConflict: true
            default: false
            }
        guard showsKey else { return error }
        let isExhausted = shared.attempts.isExhausted(
            afterWrongKeyFrom: source.peer.source,
            now: loop.now.nanoseconds
        )
        return isExhausted ? .tooManyAttempts : error
    }
}

extension ProxyError {
    /// The rule that a refusal names.
    fileprivate var ruleID: String? {
        switch self {
        case .policyDenied(let rule, _), .ambiguousPath(let rule), .grantExpired(let rule), .grantUsedUp(let rule): rule
        default: nil
        }
    }
}

extension AuditURL {
    /// The host of a connection in which nothing could be read.
    fileprivate init(within host: InterceptedHost) {
        self.init(destination: Destination(scheme: .https, host: host.host, port: host.port), path: [])
    }

    /// What a refused request asked for, as it was addressed.
    fileprivate init?(asked ingress: IngressRequest) {
        let destination: Destination
        switch ingress.target {
        case .destination(let scheme, let host, let port):
            destination = Destination(scheme: scheme, host: host, port: port ?? scheme.defaultPort)
        case .tunnel(let host, let port): destination = Destination(scheme: .https, host: host, port: port)
        case .provider, .own: return nil
        }
        self.init(
            destination: destination,
            path: ingress.head[ingress.path],
            query: ingress.query.map { ingress.head[$0] }
        )
    }
}
