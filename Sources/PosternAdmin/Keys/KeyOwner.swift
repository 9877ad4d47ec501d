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
    func appKeyOwner() throws -> KeyOwner { KeyOwner(try store.app()) }
}
