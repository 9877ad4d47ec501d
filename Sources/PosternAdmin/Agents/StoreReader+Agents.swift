internal import PosternCore

extension StoreReader {
    /// The agent of this name that is not revoked, or of this id.
    func existingAgent(_ reference: String) throws -> StoredAgent {
        let agent = Identifier.isOne(reference) ? try agent(id: reference) : try agent(named: reference)
        if let agent { return agent }
        if let former = try agents(includingRevoked: true, Page()).last(where: { $0.name == reference }) {
            try former.requireNotRevoked()
        }
        throw AdministrationError.notFound(kind: "agent", name: TextRules.shown(reference))
    }

    /// The agents below one that are not revoked, at any depth.
    func agents(anywhereBelow id: String) throws -> [StoredAgent] {
        var found: [StoredAgent] = []
        var waiting = [id]
        while let next = waiting.popLast() {
            let children = try agents(below: next).filter { $0.status != .revoked }
            found += children
            waiting += children.map(\.id)
        }
        return found
    }

    /// How many agents there are from one up to the topmost.
    func depth(of agent: StoredAgent) throws -> Int {
        var depth = 1
        var above = agent.parentID
        while let id = above, depth <= Act.maxDepth {
            depth += 1
            above = try self.agent(id: id)?.parentID
        }
        return depth
    }
}

extension StoredAgent {
    /// Refuses an agent whose end has come.
    func requireNotRevoked() throws(AdministrationError) {
        guard status != .revoked else {
            throw .conflict(
                code: "agent_revoked",
                reason: "agent \(name) is revoked, which is for ever",
                hint: "create a new one; its name is free"
            )
        }
    }

    /// Refuses a change of something that is not what was seen any more.
    func require(version expected: Int?) throws(AdministrationError) {
        guard let expected, expected != version else { return }
        throw .conflict(
            code: "agent_concurrent_update",
            reason: "agent \(name) is of version \(version) by now, and not of \(expected)",
            hint: "look at it again, and then change it"
        )
    }

    /// Refuses an agent that may not act now.
    func requireActive() throws(AdministrationError) {
        try requireNotRevoked()
        guard status == .active else {
            throw .conflict(code: "agent_paused", reason: "agent \(name) is paused", hint: "resume it first")
        }
    }
}
