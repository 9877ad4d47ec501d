package import PosternCore

extension Administration {
    /// Grants in the order of creation, and how many there are in all.
    package func grants(
        _ query: GrantQuery = GrantQuery(),
        _ page: Page = Page()
    ) async throws(AdministrationError) -> (items: [DescribedGrant], total: Int) {
        try await read { store in
            let filter = try store.filter(for: query)
            return (try store.describe(try store.grants(filter, page)), try store.grantCount(filter))
        }
    }

    /// One grant by id, also one that is revoked.
    package func grant(_ id: String) async throws(AdministrationError) -> DescribedGrant {
        try await read { store in try store.describe(try store.existingGrant(id)) }
    }

    /// Lets a principal use a secret.
    package func createGrant(
        _ new: NewGrant,
        by operator: Operator
    ) async throws(AdministrationError) -> DescribedGrant {
        try await act("grant_create", by: `operator`) { try $0.createGrant(new) }
    }

    /// Ends a grant and every grant below it, for ever.
    ///
    /// - Returns: the ids of those that ended now, the grant itself first; none if it had ended before.
    package func revokeGrant(_ id: String, by operator: Operator) async throws(AdministrationError) -> [String] {
        try await act("grant_revoke", by: `operator`) { try $0.revokeGrant(id) }
    }

    /// Ends what an agent was given directly below a grant, and what is below that, for ever.
    ///
    /// - Returns: the ids of the grants that ended now; none if there were none.
    package func revokeDelegation(
        ofGrant id: String,
        agent: String,
        by operator: Operator
    ) async throws(AdministrationError) -> [String] {
        try await act("delegation_revoke", by: `operator`) { try $0.revokeDelegation(ofGrant: id, agent: agent) }
    }

    /// How often a grant was used, if it has a limit.
    package func uses(ofGrant id: String) async throws(AdministrationError) -> Int {
        try await read { store in try store.uses(ofGrant: try store.existingGrant(id).id) }
    }
}
