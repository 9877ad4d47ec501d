package import PosternCore

/// What was made at once.
package struct Provisioned: Sendable {
    /// The agents, with their first keys, in the order in which they were asked for.
    package var agents: [(agent: StoredAgent, key: MintedKey?)] = []
    package var grants: [DescribedGrant] = []
}

extension Administration {
    /// Makes agents, then grants, which may name agents made here: all of them or, if one is refused, none.
    package func provision(
        _ agents: [NewAgent],
        _ grants: [NewGrant],
        by operator: Operator
    ) async throws(AdministrationError) -> Provisioned {
        try await act("provision", by: `operator`) { try $0.provision(agents, grants) }
    }
}
