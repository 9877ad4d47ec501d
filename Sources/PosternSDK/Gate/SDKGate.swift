internal import PosternAdmin
internal import PosternCore

/// What every request of the API has to pass before its route is asked.
///
///     key -> signature, time, nonce -> state of the key -> networks, listener -> rate -> state of the agent
///         -> caller -> constraints -> context -> whose the route is -> scope
///
/// In this order. Nothing of a request is believed before its signature is verified, and a nonce is spent only by a request whose
/// signature is right.
struct SDKGate: Sendable {
    let services: SDKServices
    let limits = RequestLimits()
    let attempts = AttemptLimiter()
    /// Nanoseconds of the monotonic clock.
    let monotonic: @Sendable () -> UInt64

    /// Proves who asks, or refuses; `route` is `nil` where there is none.
    func admit(
        _ request: ServiceRequest,
        to route: SDKRoute?,
        path: SignedPath,
        query: SignedQuery,
        _ trail: inout SDKTrail
    ) async throws -> SDKCaller {
        let fields = try SignedFields(request)
        let now = services.now()
        let digest = KeyDigest(ofKey: Array(fields.key.utf8))
        let presented = try await presentedKey(digest, peer: request.peer, now: now)
        let signature = RequestSignature(fields: fields)
        try signature.verify(request.method, path: path, query: query)
        let stamp = try signature.checkTime(now: now, skew: services.settings.clockSkew)
        // The body of a request that is refused in any case may not even have been read, and its nonce needs no place.
        try checkPlace(of: request, try presented.key())
        try signature.verify(body: request.body)
        try await spend(try signature.nonceDigest(of: digest), of: try presented.key(), stamp: stamp)
        // As it is now: it may have been revoked while the nonce was written.
        let key = try await presentedKey(digest, peer: request.peer, now: now).key()
        key.noteUse(at: now / 1_000_000_000)
        trail.note(key)
        try checkPlace(of: request, key)
        trail.fields += try limits.count(rates(of: key), now: monotonic(), seconds: now / 1_000_000_000)
        return try caller(fields, key, request, to: route, &trail)
    }

    /// Refuses a request that was admitted and would not be any more; it counts as no other one.
    func readmit(_ request: ServiceRequest, to route: SDKRoute, _ trail: inout SDKTrail) async throws {
        let fields = try SignedFields(request)
        let digest = KeyDigest(ofKey: Array(fields.key.utf8))
        let key = try await presentedKey(digest, peer: request.peer, now: services.now()).key()
        _ = try caller(fields, key, request, to: route, &trail)
    }

    /// Whom a request with a proven key is for, if they may ask a route now.
    private func caller(
        _ fields: SignedFields,
        _ key: HeldKey,
        _ request: ServiceRequest,
        to route: SDKRoute?,
        _ trail: inout SDKTrail
    ) throws(SDKRefusal) -> SDKCaller {
        if key.agent.isPaused, route?.worksWhilePaused != true { throw SDKRefusal.agentInactive }
        let caller = try caller(fields, key, request, in: services.directory.directory)
        trail.caller = caller
        guard let route else { throw SDKRefusal.notSupported }
        try check(route.audience, caller)
        try check(route.need, caller)
        return caller
    }

    /// Whether a request comes from a holder of a key, as far as its head can prove that; the key's holder, if so.
    func holder(
        of request: ServiceRequest,
        path: SignedPath,
        query: SignedQuery
    ) -> PrincipalID? {
        let now = services.now()
        guard let fields = try? SignedFields(request),
            let key = services.directory.directory.key(KeyDigest(ofKey: Array(fields.key.utf8))),
            key.isValid(at: now / 1_000_000_000)
        else { return nil }
        let signature = RequestSignature(fields: fields)
        do throws(SDKRefusal) {
            try signature.verify(request.method, path: path, query: query)
            _ = try signature.checkTime(now: now, skew: services.settings.clockSkew)
        } catch { return nil }
        return key.principal
    }

    /// Notes the nonce of a request that was signed at a time in seconds since 1970.
    private func spend(_ nonce: KeyDigest, of key: HeldKey, stamp: Int64) async throws(SDKRefusal) {
        // Until the same request is too old, to the end of the last second in which it is not.
        let until = (stamp + services.settings.clockSkew.components.seconds + 1) * 1_000_000_000
        // Keys that were derived have no room of their own, or there would be as much as anybody likes.
        let holder = key.key.parent?.id ?? key.id ?? key.agent.name
        switch await services.nonces.admit(nonce, of: holder, until: until) {
        case .fresh: return
        case .replayed:
            throw SDKRefusal(status: 401, code: "replayed_request", message: "the nonce was used before")
        case .crowded: throw SDKRefusal.tooOften(scope: "api_key", wait: 10)
        case .unavailable:
            throw SDKRefusal(status: 503, code: "store_error", message: "nonces cannot be written down now")
        }
    }

    private func checkPlace(of request: ServiceRequest, _ key: HeldKey) throws(SDKRefusal) {
        guard key.isUsable(from: request.peer) else {
            throw SDKRefusal(
                status: 403,
                code: "network_not_allowed",
                message: "the key is bound to networks, and the request comes from none of them"
            )
        }
        guard request.listenerAgent.map({ key.principal == .agent($0) }) ?? true else {
            throw SDKRefusal(
                status: 403,
                code: "identity_conflict",
                message: "this listener belongs to another agent than the key"
            )
        }
    }

    private func rates(of key: HeldKey) -> [(holder: RequestLimits.Holder, rate: Int?)] {
        let own = key.key.limits.requestsPerMinute ?? services.settings.requestsPerMinute
        var rates: [(holder: RequestLimits.Holder, rate: Int?)] = [(.key(key.id ?? key.agent.name), own)]
        // A key that was derived adds nothing to what the one above it may ask.
        if let parent = key.key.parent {
            rates.append((.key(parent.id), parent.limits.requestsPerMinute ?? services.settings.requestsPerMinute))
        }
        if key.principal != .app {
            rates.append((.agent(key.agent.name), key.agent.limiter.limits.requestsPerMinute))
        }
        return rates
    }
}

extension SDKRefusal {
    /// The agent is paused.
    static let agentInactive = SDKRefusal(
        status: 401,
        code: "agent_inactive",
        message: "the agent is paused",
        hint: "the operator can resume it"
    )

    /// Something of the protocol that Postern does not serve.
    ///
    /// Never 404, which clients read as a missing grant.
    static let notSupported = SDKRefusal(
        status: 501,
        code: "not_supported",
        message: "Postern does not serve this request"
    )
}
