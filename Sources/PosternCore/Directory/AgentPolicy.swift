/// What holds for every request of an agent, besides what its grants say.
package struct AgentPolicy: Sendable {
    package let constraints: RequestConstraints
    /// The names of the providers it may reach; `nil` is any.
    package let providers: Set<String>?

    package init(constraints: RequestConstraints = RequestConstraints(), providers: Set<String>? = nil) {
        self.constraints = constraints
        self.providers = providers
    }
}
