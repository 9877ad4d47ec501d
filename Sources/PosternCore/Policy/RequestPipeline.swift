/// The journey of a request up to the moment at which it may be recorded and sent.
///
///     IngressRequest -> IdentifiedRequest -> AllowedRequest -> UpstreamRequest
///
/// Between the last two stand the placeholders, which are checked against the rule, and the limits.
///
/// All of it is decided at once, on one snapshot, without waiting for anything. It is the one way to an upstream.
package struct RequestPipeline: Sendable {
    private let identity = IdentityStage()
    let policy = PolicyStage()
    private let placeholders: PlaceholderStage

    /// `tokens` are those that upstreams issued through Postern.
    package init(tokens: SealedTokens = SealedTokens()) { placeholders = PlaceholderStage(tokens: tokens) }

    /// Proves who asks and whether they may.
    ///
    /// `only` is the id of the one grant that is meant, if somebody has chosen already.
    ///
    /// - Returns: the request, admitted under its agent's and its rule's limits; whoever takes it calls
    ///   ``UpstreamRequest/end()`` once.
    package func authorize(
        _ ingress: IngressRequest,
        listenerAgent: (name: String, source: AuditIdentity)?,
        only grant: String? = nil,
        in directory: Directory,
        nowSeconds: Int64,
        monotonicNow: UInt64
    ) throws(Refusal) -> UpstreamRequest {
        var proven: IdentifiedRequest?
        do throws(ProxyError) {
            let found = try identity.identify(
                ingress,
                listenerAgent: listenerAgent,
                in: directory,
                nowSeconds: nowSeconds
            )
            proven = found
            found.key?.noteUse(at: nowSeconds)
            try found.requireActive()
            let issued = try placeholders.issued(in: ingress, directory, nowSeconds: nowSeconds)
            let identified = try act(found, by: issued, in: directory, nowSeconds: nowSeconds)
            proven = identified
            let allowed = try allow(identified, only: grant ?? issued?.grant, in: directory, nowSeconds: nowSeconds)
            let sealed = try placeholders.check(allowed, issued: issued, in: directory, now: monotonicNow)
            if sealed == nil, let signature = allowed.rule.injection?.signature {
                try signature.check(identified.ingress, to: allowed.destination, under: allowed.rule)
            }
            try allowed.rule.admit(now: monotonicNow)
            return UpstreamRequest(
                allowed,
                sealed: sealed,
                admittedBy: allowed.rule.limiters,
                at: nowSeconds,
                in: directory,
                searchesBody: placeholders.isOn(in: directory)
            )
        } catch {
            throw Refusal(error: error, agent: proven?.agent.name, identity: proven?.source)
        }
    }

    /// The request of whoever a placeholder of the API's is for: the agent itself, or anybody for whom the application
    /// asks.
    private func act(
        _ found: IdentifiedRequest,
        by issued: IssuedPlaceholders.Meaning?,
        in directory: Directory,
        nowSeconds: Int64
    ) throws(ProxyError) -> IdentifiedRequest {
        try found.key?.requireUsable(from: found.ingress.peer, withPlaceholder: issued != nil)
        guard let issued else { return found }
        let principal: CompiledAgent?
        switch issued.principal {
        case .agent(let id): principal = directory.agent(id: id)
        case .user(let id): principal = directory.principal(.user(id))
        case .app: principal = directory.principal(.app)
        }
        let application = directory.principal(.app)
        guard found.agent === principal || found.agent === application else {
            throw .placeholderLeaked(where: .otherSlot)
        }
        guard let principal, principal.rule(issued.grant) != nil else { throw .placeholderExpired }
        if let key = issued.key {
            let held = principal.keys + (application?.keys ?? [])
            guard held.contains(where: { $0.id == key && $0.expiresAt.map { nowSeconds < $0 } ?? true }) else {
                throw .placeholderExpired
            }
        }
        let acting = found.acting(as: principal, with: issued.key, directory.issued.attribution(of: issued))
        try acting.requireActive()
        return acting
    }

    private func allow(
        _ request: IdentifiedRequest,
        only grant: String?,
        in directory: Directory,
        nowSeconds: Int64
    ) throws(ProxyError) -> AllowedRequest {
        do throws(ProxyError) {
            return try policy.evaluate(request, nowSeconds: nowSeconds, only: grant)
        } catch {
            throw placeholders.reason(error, for: request.ingress, in: directory)
        }
    }

    /// Decides whether a connection may be opened to the host that CONNECT names.
    ///
    /// A host that requests may be sent to is intercepted, and each request judged; one that only a tunnel rule names is
    /// left to ``authorize(_:listenerAgent:in:nowSeconds:monotonicNow:)``.
    ///
    /// - Returns: what requests inside are judged by; `nil` where the bytes are to go untouched, if at all.
    package func intercept(
        _ connect: IngressRequest,
        listenerAgent: (name: String, source: AuditIdentity)?,
        in directory: Directory,
        nowSeconds: Int64
    ) throws(Refusal) -> InterceptedHost? {
        guard case .tunnel(let host, let port) = connect.target else { return nil }
        var proven: IdentifiedRequest?
        do throws(ProxyError) {
            let identified = try identity.identify(
                connect,
                listenerAgent: listenerAgent,
                in: directory,
                nowSeconds: nowSeconds
            )
            proven = identified
            try identified.requireActive()
            if let key = identified.key, !key.isUsable(from: connect.peer) { throw .keyOutOfPlace }
            // Inside, the application may ask for whomever it has a placeholder.
            let isForOthers = identified.agent.principal == .app && directory.usesCredential(at: host)
            guard
                isForOthers || policy.intercepts(host, port, for: identified.agent, nowSeconds: nowSeconds)
            else { return nil }
            return InterceptedHost(
                host: host,
                port: port,
                key: try PresentedKey.proxyAuthorization(connect.head),
                agent: identified.agent.name,
                identity: identified.source
            )
        } catch {
            throw Refusal(error: error, agent: proven?.agent.name, identity: proven?.source)
        }
    }

    /// Decides again about a request that was let through under an earlier directory.
    ///
    /// Whether it is in time is not asked again: it came in time, and what ends by itself cuts nothing off.
    ///
    /// - Returns: the same request with the authority it has now.
    /// - Throws: ``ProxyError/authorityWithdrawn`` if it would not be let through now, or only by another rule.
    package func review(
        _ request: UpstreamRequest,
        listenerAgent: (name: String, source: AuditIdentity)?,
        in directory: Directory
    ) throws(ProxyError) -> UpstreamRequest {
        do throws(ProxyError) {
            let found = try identity.identify(
                request.ingress,
                listenerAgent: listenerAgent,
                in: directory,
                nowSeconds: request.admittedAt
            )
            try found.requireActive()
            let issued = try placeholders.issued(in: request.ingress, directory, nowSeconds: request.admittedAt)
            let identified = try act(found, by: issued, in: directory, nowSeconds: request.admittedAt)
            let allowed = try policy.evaluate(identified, nowSeconds: request.admittedAt, only: request.rule.id)
            if request.signature != nil {
                try allowed.rule.injection?.signature?
                    .check(identified.ingress, to: allowed.destination, under: allowed.rule)
            }
            if identified.agent.name == request.agent.name,
                allowed.destination == request.destination, allowed.rule.tokenOwner == request.rule.tokenOwner
            {
                return UpstreamRequest(allowed, inPlaceOf: request, in: directory)
            }
        } catch {}
        throw .authorityWithdrawn
    }
}

/// Why a request was refused, and whose it was, as far as that was proven.
package struct Refusal: Error {
    package let error: ProxyError
    package let agent: String?
    package let identity: AuditIdentity?
}
