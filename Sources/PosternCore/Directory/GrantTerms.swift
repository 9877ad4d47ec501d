/// What a grant allows: where, what, how often.
package struct GrantTerms: Sendable {
    /// The hosts it covers, each covered by the provider too; `nil` is all of the provider's.
    package var hosts: [HostPattern]?
    package var constraints: RequestConstraints
    package var limits: Limits
    /// Whether a request may become a WebSocket.
    package var allowsWebSocket: Bool
    /// Whether the agent holds a placeholder for the credential, which is then searched for wherever it does not belong.
    package var givesPlaceholder: Bool
    /// That a person has to approve each request; `nil` is without.
    package var approval: ApprovalTerms?

    package init(
        hosts: [HostPattern]? = nil,
        constraints: RequestConstraints = RequestConstraints(),
        limits: Limits = Limits(),
        allowsWebSocket: Bool = false,
        givesPlaceholder: Bool = false,
        approval: ApprovalTerms? = nil
    ) {
        self.hosts = hosts
        self.constraints = constraints
        self.limits = limits
        self.allowsWebSocket = allowsWebSocket
        self.givesPlaceholder = givesPlaceholder
        self.approval = approval
    }
}
