/// What holds for every request of an agent, besides what its grants say.
package struct AgentPolicy: Sendable {
    package let constraints: RequestConstraints
    /// The names of the providers it may reach; `nil` is any.
    package let providers: Set<String>?
    /// That a person has to approve each request; `nil` is without.
    package let approval: ApprovalTerms?

    package init(
        constraints: RequestConstraints = RequestConstraints(),
        providers: Set<String>? = nil,
        approval: ApprovalTerms? = nil
    ) {
        self.constraints = constraints
        self.providers = providers
        self.approval = approval
    }
}
