package import PosternCore

extension Administration {
    /// The agents of the store in the order of creation, and how many there are in all.
    package func agents(
        includingRevoked: Bool,
        _ page: Page = Page()
    ) async throws(AdministrationError) -> (items: [StoredAgent], total: Int) {
        try await read { store in
            (
                try store.agents(includingRevoked: includingRevoked, page),
                try store.agentCount(includingRevoked: includingRevoked)
            )
        }
    }

    /// One agent by name or id; by id also one that is revoked.
    package func agent(_ reference: String) async throws(AdministrationError) -> StoredAgent {
        try await read { try $0.existingAgent(reference) }
    }

    /// Makes an agent, and its first key unless it is to have none.
    package func createAgent(
        _ new: NewAgent,
        by operator: Operator
    ) async throws(AdministrationError) -> (agent: StoredAgent, key: MintedKey?) {
        try await act("agent_create", by: `operator`) { try $0.createAgent(new) }
    }

    /// Changes what is given of an agent that is not revoked.
    package func updateAgent(
        _ reference: String,
        _ change: AgentChange,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredAgent {
        try await act("agent_update", by: `operator`) { try $0.updateAgent(reference, change) }
    }

    /// Stops an agent, and those below it, until it is resumed.
    package func pauseAgent(_ reference: String, by operator: Operator) async throws(AdministrationError) -> StoredAgent
    {
        try await act("agent_pause", by: `operator`) { try $0.setAgent(reference, to: .paused) }
    }

    /// Lets a paused agent act again.
    package func resumeAgent(
        _ reference: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredAgent {
        try await act("agent_resume", by: `operator`) { try $0.setAgent(reference, to: .active) }
    }

    /// Ends an agent for ever, with its keys, its grants and what hangs below them, and the agents below it.
    ///
    /// One that is revoked already stays as it is.
    package func revokeAgent(
        _ reference: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredAgent {
        try await act("agent_revoke", by: `operator`) { try $0.revokeAgent(reference) }
    }
}
