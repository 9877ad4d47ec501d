/// That a person has to approve each request that a grant or a policy covers.
package struct ApprovalTerms: Hashable, Sendable {
    /// Every one of them has to approve; empty is any one operator.
    package var approvers: [String]
    /// How long there is to decide.
    package var lifetime: Duration
    /// The methods for which it is asked; `nil` is all.
    package var methods: [Method]?

    /// An hour.
    package static let usualLifetime = Duration.seconds(3600)

    package init(approvers: [String] = [], lifetime: Duration = usualLifetime, methods: [Method]? = nil) {
        self.approvers = approvers
        self.lifetime = lifetime
        self.methods = methods
    }
}
