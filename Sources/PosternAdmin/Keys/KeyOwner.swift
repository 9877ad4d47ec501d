internal import PosternCore

/// Whose keys an act is about.
struct KeyOwner {
    let owner: StoredKey.Owner
    let name: String
    let form: KeyForm

    init(_ agent: StoredAgent) {
        owner = .agent(id: agent.id)
        name = agent.name
        form = .agent
    }

    init(_ app: StoredApp) {
        owner = .app(id: app.id)
        name = app.name
        form = .app
    }
}

extension Act {
    /// The owner of an agent's keys.
    mutating func keyOwner(agent reference: String) throws -> KeyOwner { KeyOwner(try agent(reference)) }

    /// The owner of the application's keys.
    mutating func appKeyOwner() throws -> KeyOwner {
        impact.app = true
        return KeyOwner(try store.app())
    }

    /// The key of an id, and whose it is, as it is recorded.
    mutating func keyWithOwner(_ id: String) throws -> (key: StoredKey, owner: KeyOwner) {
        guard Identifier.isOne(id), let key = try store.key(id: id) else {
            throw AdministrationError.notFound(kind: "key", name: TextRules.shown(id))
        }
        record.key = key.name
        switch key.owner {
        case .agent(let agent): return (key, try keyOwner(agent: agent))
        case .app: return (key, try appKeyOwner())
        }
    }
}
