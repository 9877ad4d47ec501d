/// One entry of a compiled directory: a grant with its credential, or an egress rule without one.
package final class AccessRule: Sendable {
    /// The id of the grant or egress rule.
    package let id: String
    package let agentName: String
    /// The provider, for a grant.
    package let providerName: String?
    package let hosts: [HostPattern]
    package let scheme: Scheme
    /// What a request must lie within: its own constraints first.
    package let bounds: [RuleBound]
    /// Under whose limits a request is admitted: its own, those of grants above it, the agent's.
    package let limiters: [Limiter]
    package let expiresAt: Int64?
    /// The grants, itself and those above it, that are used up by uses.
    package let useLimits: [UseLimit]
    /// The largest request body, in bytes; `nil` is no limit.
    package let maxBodyBytes: Int?
    /// What must be seen of a request's body before it is let through.
    package let inspection: BodyInspection?
    /// What is written into requests; `nil` for an egress rule.
    package let injection: InjectionPlan?
    package let network: UpstreamNetwork
    package let tagging: AuditTagging
    package let passesCookies: Bool
    package let allowsWebSocket: Bool
    /// Whether it lets CONNECT through with its bytes untouched; such a rule covers no request.
    package let isTunnel: Bool
    /// What there is to say of the grant; `nil` for what the configuration file declares.
    package let facts: GrantFacts?
    /// That persons have to approve each request: what the grant, those above it and the policy say.
    package let approval: [ApprovalTerms]
    /// Whose credential it writes; `nil` for an egress rule.
    package let credential: CompiledCredential?
    /// Whether its agent holds a placeholder.
    let givesPlaceholder: Bool
    /// The id of the placeholder that may stand where the credential is written; `nil` for an egress rule.
    let placeholderID: [UInt8]?
    /// Whose tokens are that this rule's credential is used to ask for; `nil` for an egress rule.
    let tokenOwner: SealedToken.Owner?
    private let tokenPaths: [TokenPath]

    /// What it says about asking persons for requests of a method.
    func approval(of method: Method) -> [ApprovalTerms] {
        approval.filter { $0.methods?.contains(method) ?? true }
    }

    init(
        _ grant: Grant,
        _ credential: CompiledCredential,
        of agent: Agent,
        limiters: [Limiter],
        placeholders: PlaceholderKey
    ) {
        let provider = credential.provider
        id = grant.id
        agentName = grant.agent
        providerName = provider.name
        self.credential = credential
        hosts = AccessRule.hosts(of: grant, credential)
        scheme = provider.scheme
        bounds =
            [.own(grant.terms.constraints)] + grant.ancestors.map { .ancestor($0.terms.constraints) }
            + (agent.policy.map { [.policy($0)] } ?? [])
        self.limiters = limiters.filter { $0 !== Limiter.unlimited }
        expiresAt = grant.expiresAt
        useLimits =
            (grant.maxUses.map { [UseLimit(grant: grant.id, maxUses: $0)] } ?? [])
            + grant.ancestors.compactMap { above in above.maxUses.map { UseLimit(grant: above.id, maxUses: $0) } }
        maxBodyBytes = bounds.compactMap(\.constraints.maxBodyBytes).min()
        inspection = BodyInspection(bounds)
        injection = credential.injection
        network = provider.network
        tagging = provider.tagging
        passesCookies = provider.passesCookies
        allowsWebSocket = grant.terms.allowsWebSocket && grant.ancestors.allSatisfy(\.terms.allowsWebSocket)
        isTunnel = false
        facts = grant.facts
        approval =
            ([grant.terms.approval] + grant.ancestors.map(\.terms.approval) + [agent.policy?.approval])
            .compactMap(\.self)
        givesPlaceholder = grant.terms.givesPlaceholder
        placeholderID = placeholders.id(agent: grant.agent, secret: credential.name)
        tokenOwner = SealedToken.Owner(
            agent: agent.id ?? agent.name,
            provider: provider.name,
            credential: credential.identity
        )
        tokenPaths = provider.tokenPaths
    }

    init(_ rule: EgressRule, of agent: Agent, limiters: [Limiter]) {
        id = rule.id
        agentName = agent.name
        providerName = nil
        credential = nil
        hosts = rule.hosts
        scheme = rule.scheme
        bounds = [.own(rule.constraints)] + (agent.policy.map { [.policy($0)] } ?? [])
        self.limiters = limiters.filter { $0 !== Limiter.unlimited }
        expiresAt = nil
        useLimits = []
        maxBodyBytes = bounds.compactMap(\.constraints.maxBodyBytes).min()
        inspection = BodyInspection(bounds)
        injection = nil
        network = rule.network
        tagging = AuditTagging()
        passesCookies = true
        allowsWebSocket = rule.allowsWebSocket
        isTunnel = rule.isTunnel
        facts = nil
        approval = agent.policy?.approval.map { [$0] } ?? []
        givesPlaceholder = false
        placeholderID = nil
        tokenOwner = nil
        tokenPaths = []
    }

    /// The hosts that the grant names, or else the provider's, as far as every grant above it and the credential go there.
    private static func hosts(of grant: Grant, _ credential: CompiledCredential) -> [HostPattern] {
        let scheme = credential.provider.scheme
        var hosts = grant.terms.hosts ?? credential.provider.hosts
        for narrower in grant.ancestors.map(\.terms.hosts) + [credential.hosts] {
            guard let narrower else { continue }
            hosts = hosts.flatMap { host in
                narrower.contains { $0.covers(host, scheme: scheme) }
                    ? [host] : narrower.filter { host.covers($0, scheme: scheme) }
            }
        }
        return hosts
    }

    /// Admits a request under every limit, or under none.
    ///
    /// `now` is in nanoseconds of the monotonic clock.
    ///
    /// - Throws: ``ProxyError/rateLimited(retryAfterSeconds:limit:)`` or ``ProxyError/tooManyRequests(limit:)``.
    func admit(now: UInt64) throws(ProxyError) {
        for (index, limiter) in limiters.enumerated().reversed() {
            do throws(ProxyError) {
                try limiter.enter(now: now)
            } catch {
                for entered in limiters[(index + 1)...] { entered.leave() }
                throw error
            }
        }
    }

    /// Whether an answer to a request for this path may hold a token that was issued for our credential.
    func issuesTokens(at path: ArraySlice<UInt8>) -> Bool {
        !tokenPaths.isEmpty && TokenPath.covers(path, tokenPaths)
    }

    /// Where a request for this host goes under this rule; `nil` if the rule does not cover it.
    ///
    /// Clients write `http://` for what Postern asks over https, so a port that was not written, or is the written
    /// scheme's own, stands for the upstream's; any other must be the upstream's.
    package func destination(_ clientScheme: Scheme, _ host: HostName, _ port: UInt16?) -> Destination? {
        if clientScheme == .https, scheme != .https { return nil }
        for pattern in hosts where pattern.matches(host) {
            let upstreamPort = pattern.port ?? scheme.defaultPort
            if let port, port != upstreamPort, port != clientScheme.defaultPort { continue }
            return Destination(scheme: scheme, host: host, port: upstreamPort)
        }
        return nil
    }

    /// Where base-URL requests go: the first host that is not a pattern.
    package var baseURLDestination: Destination? {
        guard let pattern = hosts.first(where: { !$0.isWildcard }), let host = HostName(pattern.text) else {
            return nil
        }
        return Destination(scheme: scheme, host: host, port: pattern.port ?? scheme.defaultPort)
    }
}
