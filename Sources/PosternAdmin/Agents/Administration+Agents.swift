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

    /// The agent of this name that is not revoked; `nil` if there is none.
    package func findAgent(named name: String) async throws(AdministrationError) -> StoredAgent? {
        try await read { try $0.agent(named: name) }
    }

    /// Makes an agent as ``createAgent(_:by:)`` does, once for each key that is given for it by the same operator.
    ///
    /// A request that is sent again within a day is answered with the agent that it made, and without that one's key.
    ///
    /// - Throws: `idempotency_key_body_mismatch` if something else is asked for under the same key,
    ///   `idempotency_key_agent_revoked` or `idempotency_key_agent_inactive` if the agent may not act any more.
    package func createAgent(
        _ new: NewAgent,
        idempotencyKey: String,
        by operator: Operator
    ) async throws(AdministrationError) -> (agent: StoredAgent, key: MintedKey?, isReplayed: Bool) {
        try await act("agent_create", by: `operator`) { act in
            try act.once(idempotencyKey, new.canonicalText) { act in
                try act.createAgent(new)
            }
        }
    }

    /// Narrows the scopes of agents for which the time has come, and returns their ids.
    ///
    /// To be called now and then.
    @discardableResult
    package func applyDueScopes() async throws(AdministrationError) -> [String] {
        let now = now()
        guard try await read({ try !$0.agents(withScopesDueAt: now).isEmpty }) else { return [] }
        return try await act("agent_scopes_apply", by: .daemon) { try $0.applyDueScopes() }
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
