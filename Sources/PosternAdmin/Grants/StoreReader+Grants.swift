internal import PosternCore

extension StoreReader {
    /// The grant of this id.
    func existingGrant(_ id: String) throws -> StoredGrant {
        guard Identifier.isOne(id), let grant = try grant(id: id) else {
            throw AdministrationError.notFound(kind: "grant", name: TextRules.shown(id))
        }
        return grant
    }

    /// Finds whoever is meant.
    func principal(_ reference: PrincipalReference) throws -> StoredGrant.Principal {
        switch reference {
        case .agent(let agent): .agent(id: try existingAgent(agent).id)
        case .user(let user): .user(id: try existingUser(user).id)
        case .group(let name): .group(name: name)
        case .system: .system
        }
    }

    /// Finds what is asked for.
    func filter(for query: GrantQuery) throws -> GrantFilter {
        var filter = GrantFilter()
        filter.principal = try query.principal.map(principal)
        filter.secretID = try query.secret.map(existingSecret)?.id
        filter.parentID = try query.parent.map(existingGrant)?.id
        filter.includesRevoked = query.includesRevoked
        return filter
    }

    /// A grant with the names of what it is about.
    func describe(_ grant: StoredGrant) throws -> DescribedGrant {
        var names = GrantNames(store: self)
        return try names.describe(grant)
    }

    /// Grants with the names of what they are about.
    func describe(_ grants: [StoredGrant]) throws -> [DescribedGrant] {
        var names = GrantNames(store: self)
        return try grants.map { try names.describe($0) }
    }
}

/// Names that were looked up once.
private struct GrantNames {
    let store: any StoreReader
    private var agents: [String: String] = [:]
    private var users: [String: String] = [:]
    private var secrets: [String: StoredSecret] = [:]

    init(store: any StoreReader) { self.store = store }

    mutating func describe(_ grant: StoredGrant) throws -> DescribedGrant {
        let secret = try secrets[grant.secretID] ?? store.existingSecret(grant.secretID)
        secrets[grant.secretID] = secret
        return DescribedGrant(
            grant: grant,
            principalName: try name(of: grant.principal),
            secretName: secret.name,
            provider: secret.provider,
            uses: try grant.maxUses.map { _ in try store.uses(ofGrant: grant.id) }
        )
    }

    private mutating func name(of principal: StoredGrant.Principal) throws -> String? {
        switch principal {
        case .agent(let id):
            let name = try agents[id] ?? store.agent(id: id)?.name
            agents[id] = name
            return name
        case .user(let id):
            let name = try users[id] ?? store.user(id: id)?.subject
            users[id] = name
            return name
        case .group(let name): return name
        case .system: return nil
        }
    }
}
