internal import PosternConfig
internal import PosternCore

extension Act {
    mutating func createGrant(_ new: NewGrant) throws -> DescribedGrant {
        let secret = try managedSecret(new.secret)
        try secret.requireNotRevoked()
        let principal = try activePrincipal(new.principal)
        if new.isSelfBound { try check(secret, isOpenTo: principal) }
        try TextRules.check(new.label, "label")
        try TextRules.check(new.maxUses, "max_uses", in: 1...1_000_000_000_000)
        let terms = try terms(new.terms)
        try check(terms, liesWithin: secret)
        let parent = try new.parent.map(store.existingGrant)
        let bounds = GrantBounds(terms: terms, maxUses: new.maxUses, expiresAt: try end(new.expiry))
        let inherited = try parent.map { try check(bounds, for: principal, secret, below: $0) } ?? bounds
        let grant = StoredGrant(
            id: Identifier.random(),
            principal: principal,
            secretID: secret.id,
            parentID: parent?.id,
            isDelegable: new.isDelegable,
            label: new.label,
            terms: new.terms,
            maxUses: inherited.maxUses,
            createdAt: now,
            expiresAt: inherited.expiresAt
        )
        try store.insert(grant)
        record.grant = grant.id
        note(grant)
        return try store.describe(grant)
    }

    mutating func revokeGrant(_ id: String) throws -> [String] {
        let grant = try store.existingGrant(id)
        record.grant = grant.id
        let described = try store.describe(grant)
        record.secret = described.secretName
        record.provider = described.provider
        note(grant)
        let ended = try endGrants([grant])
        let connection = try ended.isEmpty ? nil : endConnection(withoutRoot: grant)
        record.detail =
            "with \(max(ended.count - 1, 0)) grants below it" + (connection.map { " and connection \($0.id)" } ?? "")
        return ended
    }

    mutating func revokeDelegation(ofGrant id: String, agent reference: String) throws -> [String] {
        let parent = try store.existingGrant(id)
        let agent = try agent(reference)
        record.grant = parent.id
        let delegations = try store.grants(below: parent.id).filter { $0.principal == .agent(id: agent.id) }
        let ended = try endGrants(delegations)
        record.detail = "\(ended.count) grants below it"
        return ended
    }

    /// Ends a connection of which no grant is left at the top: nobody could use its tokens any more.
    private mutating func endConnection(withoutRoot grant: StoredGrant) throws -> StoredConnection? {
        guard grant.parentID == nil, let connection = try store.connection(secretID: grant.secretID),
            connection.status != .revoked
        else { return nil }
        var filter = GrantFilter()
        filter.secretID = grant.secretID
        guard try !store.grants(filter, Page()).contains(where: { $0.parentID == nil }) else { return nil }
        return try end(connection)
    }

    /// Ends the grants of somebody, and what is below them.
    mutating func endGrants(of principal: StoredGrant.Principal) throws -> [String] {
        var filter = GrantFilter()
        filter.principal = principal
        return try endGrants(try store.grants(filter, Page()))
    }

    /// Ends the grants of a secret; what is below one of them is of the same secret.
    mutating func endGrants(ofSecret id: String) throws -> [String] {
        var filter = GrantFilter()
        filter.secretID = id
        let grants = try store.grants(filter, Page())
        for grant in grants { try end(grant) }
        return grants.map(\.id)
    }

    /// Ends grants and what is below them, each one once and before those below it.
    mutating func endGrants(_ grants: [StoredGrant]) throws -> [String] {
        var ended: [String] = []
        var seen: Set<String> = []
        var waiting = grants
        while let grant = waiting.popLast() {
            guard grant.revokedAt == nil, seen.insert(grant.id).inserted else { continue }
            try end(grant)
            ended.append(grant.id)
            waiting += try store.grants(below: grant.id)
        }
        return ended
    }

    private mutating func end(_ grant: StoredGrant) throws {
        var grant = grant
        grant.revokedAt = now
        try store.update(grant)
        noteImpact(of: grant)
    }

    /// Records whose grant it is.
    private mutating func note(_ grant: StoredGrant) {
        switch grant.principal {
        case .agent(let id): record.agent = try? store.agent(id: id)?.name
        case .user(let id): record.user = try? store.user(id: id)?.subject
        case .group(let name): record.detail = "to the group \(name)"
        case .system: record.detail = "to the system"
        }
        noteImpact(of: grant)
    }

    /// A grant makes a difference to whoever has it.
    mutating func noteImpact(of grant: StoredGrant) {
        switch grant.principal {
        case .agent(let id): impact.agents.insert(id)
        case .user(let id): impact.users.insert(id)
        case .group(let name): impact.groups.insert(name)
        case .system: impact.app = true
        }
    }
}

extension StoreReader {
    /// The grants directly below one that are not revoked.
    func grants(below id: String) throws -> [StoredGrant] {
        var filter = GrantFilter()
        filter.parentID = id
        return try grants(filter, Page())
    }
}
