/// What lets an agent use a credential: who, which, within what, until when.
package struct Grant: Sendable {
    /// The id that audit records and refusals name, unique in a directory.
    package let id: String
    package let agent: String
    package let credential: String
    package let terms: GrantTerms
    /// Seconds since 1970 at which it ends; `nil` is never.
    package let expiresAt: Int64?
    /// How often it may be used in all; `nil` is without end.
    package let maxUses: Int?
    /// The grants above it, the nearest first: it never allows what one of them does not.
    package let ancestors: [Ancestor]
    /// What there is to say of it to whoever chooses among grants; `nil` for one of the configuration file.
    package let facts: GrantFacts?

    /// A grant above another.
    package struct Ancestor: Sendable {
        package let id: String
        package let terms: GrantTerms
        package let maxUses: Int?

        package init(id: String, terms: GrantTerms, maxUses: Int?) {
            self.id = id
            self.terms = terms
            self.maxUses = maxUses
        }
    }

    package init(
        id: String,
        agent: String,
        credential: String,
        terms: GrantTerms = GrantTerms(),
        expiresAt: Int64? = nil,
        maxUses: Int? = nil,
        ancestors: [Ancestor] = [],
        facts: GrantFacts? = nil
    ) {
        self.id = id
        self.agent = agent
        self.credential = credential
        self.terms = terms
        self.expiresAt = expiresAt
        self.maxUses = maxUses
        self.ancestors = ancestors
        self.facts = facts
    }
}

/// What lets agents reach hosts without a credential of ours.
package struct EgressRule: Sendable {
    /// Whose it is.
    package enum Holder: Sendable {
        /// One that is declared beside it.
        case agent(String)
        /// Any of these names, declared or of the store, now or later.
        case agents([AgentPattern])
    }

    /// The id that audit records and refusals name, unique in a directory.
    package let id: String
    package let holder: Holder
    package let hosts: [HostPattern]
    package let scheme: Scheme
    package let constraints: RequestConstraints
    package let limits: Limits
    package let network: UpstreamNetwork
    /// Whether a request may become a WebSocket.
    package let allowsWebSocket: Bool
    /// Whether it lets CONNECT through with its bytes untouched; such a rule covers no request.
    package let isTunnel: Bool

    package init(
        id: String,
        holder: Holder,
        hosts: [HostPattern],
        scheme: Scheme,
        constraints: RequestConstraints,
        limits: Limits,
        network: UpstreamNetwork,
        allowsWebSocket: Bool = false,
        isTunnel: Bool = false
    ) {
        self.id = id
        self.holder = holder
        self.hosts = hosts
        self.scheme = scheme
        self.constraints = constraints
        self.limits = limits
        self.network = network
        self.allowsWebSocket = allowsWebSocket
        self.isTunnel = isTunnel
    }

    /// Whether it is an agent's.
    package func isHeld(by agent: String) -> Bool {
        switch holder {
        case .agent(let name): name == agent
        case .agents(let patterns): patterns.contains { $0.covers(agent) }
        }
    }

    /// What its limits are counted under: for each of several agents by itself, so that none uses up what another needs.
    func limiterID(for agent: String) -> String {
        switch holder {
        case .agent: id
        case .agents: "\(id) \(agent)"
        }
    }
}
