/// One entry of a compiled directory: a grant with its credential, or an egress rule without one.
package final class AccessRule: Sendable {
    /// The id of the grant or egress rule.
    package let id: String
    package let agentName: String
    /// The provider, for a grant.
    package let providerName: String?
    package let hosts: [HostPattern]
    package let scheme: Scheme
    package let constraints: RequestConstraints
    package let limiter: Limiter
    package let expiresAt: Int64?
    /// What is written into requests; `nil` for an egress rule.
    package let injection: InjectionPlan?
    package let network: UpstreamNetwork
    package let tagging: AuditTagging
    package let passesCookies: Bool
    package let allowsWebSocket: Bool
    /// Whether it lets CONNECT through with its bytes untouched; such a rule covers no request.
    package let isTunnel: Bool
    /// The id of the placeholder that may stand where the credential is written; `nil` for an egress rule.
    let placeholderID: [UInt8]?
    /// Whose tokens are that this rule's credential is used to ask for; `nil` for an egress rule.
    let tokenOwner: SealedToken.Owner?
    private let tokenPaths: [TokenPath]

    init(
        _ grant: Grant,
        _ credential: Credential,
        _ provider: Provider,
        limiter: Limiter,
        placeholders: PlaceholderKey
    ) throws(DirectoryError) {
        id = grant.id
        agentName = grant.agent
        providerName = provider.name
        hosts = grant.hosts ?? provider.hosts
        scheme = provider.scheme
        constraints = grant.constraints
        self.limiter = limiter
        expiresAt = grant.expiresAt
        injection = try InjectionPlan(credential, for: provider)
        network = provider.network
        tagging = provider.tagging
        passesCookies = provider.passesCookies
        allowsWebSocket = grant.allowsWebSocket
        isTunnel = false
        placeholderID = placeholders.id(agent: grant.agent, secret: credential.name)
        tokenOwner = SealedToken.Owner(agent: grant.agent, provider: provider.name, credential: credential.name)
        tokenPaths = provider.tokenPaths
    }

    init(_ rule: EgressRule, limiter: Limiter) {
        id = rule.id
        agentName = rule.agent
        providerName = nil
        hosts = rule.hosts
        scheme = rule.scheme
        constraints = rule.constraints
        self.limiter = limiter
        expiresAt = nil
        injection = nil
        network = rule.network
        tagging = AuditTagging()
        passesCookies = true
        allowsWebSocket = rule.allowsWebSocket
        isTunnel = rule.isTunnel
        placeholderID = nil
        tokenOwner = nil
        tokenPaths = []
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
