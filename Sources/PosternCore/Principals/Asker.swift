/// A principal as it is known for good: the name of an agent that was revoked may be another one's, its id never is.
package struct Asker: Hashable, Sendable {
    package let principal: PrincipalID
    /// The agent's id in the store; `nil` for one of the configuration file, and for every other principal.
    package let agentID: String?

    package init(_ principal: PrincipalID, agentID: String? = nil) {
        self.principal = principal
        self.agentID = agentID
    }
}

extension CompiledAgent {
    /// Who it is for good.
    package var asker: Asker { Asker(principal, agentID: agentName == nil ? nil : id) }
}
