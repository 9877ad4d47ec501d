/// One of the things that a request must lie within for a rule to cover it: the rule's own constraints, those of a grant above
/// it, or its agent's policy.
package struct RuleBound: Sendable {
    /// Whose they are, as refusals say it.
    package let subject: String
    package let constraints: RequestConstraints
    /// The providers it admits; `nil` is any.
    package let providers: Set<String>?

    init(_ subject: String, _ constraints: RequestConstraints, providers: Set<String>? = nil) {
        self.subject = subject
        self.constraints = constraints
        self.providers = providers
    }

    /// What a rule's own bound is called.
    static let ownSubject = "it"

    /// A rule's own.
    static func own(_ constraints: RequestConstraints) -> RuleBound { RuleBound(ownSubject, constraints) }
    /// Those of a grant above it.
    static func ancestor(_ constraints: RequestConstraints) -> RuleBound {
        RuleBound("the grant above it", constraints)
    }
    /// Those of the agent.
    static func policy(_ policy: AgentPolicy) -> RuleBound {
        RuleBound("the agent's policy", policy.constraints, providers: policy.providers)
    }
}
