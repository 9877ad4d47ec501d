/// What lets an agent use a credential: who, which, where, how, until when.
package struct Grant: Sendable {
    /// The id that audit records and refusals name, unique in a directory.
    package let id: String
    package let agent: String
    package let credential: String
    /// The hosts it covers, each covered by the provider too; `nil` is all of the provider's.
    package let hosts: [HostPattern]?
    package let constraints: RequestConstraints
    package let limits: Limits
    /// Seconds since 1970 at which it ends; `nil` is never.
    package let expiresAt: Int64?
    /// Whether a request may become a WebSocket.
    package let allowsWebSocket: Bool
    /// Whether the agent holds a placeholder for the credential, which is then searched for wherever it does not belong.
    package let givesPlaceholder: Bool

    package init(
        id: String,
        agent: String,
        credential: String,
        hosts: [HostPattern]?,
        constraints: RequestConstraints,
        limits: Limits,
        expiresAt: Int64?,
        allowsWebSocket: Bool = false,
        givesPlaceholder: Bool = false
    ) {
        self.id = id
        self.agent = agent
        self.credential = credential
        self.givesPlaceholder = givesPlaceholder
        self.hosts = hosts
        self.constraints = constraints
        self.limits = limits
        self.expiresAt = expiresAt
        self.allowsWebSocket = allowsWebSocket
    }
}

/// What lets an agent reach hosts without a credential of ours.
package struct EgressRule: Sendable {
    /// The id that audit records and refusals name, unique in a directory.
    package let id: String
    package let agent: String
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
        agent: String,
        hosts: [HostPattern],
        scheme: Scheme,
        constraints: RequestConstraints,
        limits: Limits,
        network: UpstreamNetwork,
        allowsWebSocket: Bool = false,
        isTunnel: Bool = false
    ) {
        self.id = id
        self.agent = agent
        self.hosts = hosts
        self.scheme = scheme
        self.constraints = constraints
        self.limits = limits
        self.network = network
        self.allowsWebSocket = allowsWebSocket
        self.isTunnel = isTunnel
    }
}
