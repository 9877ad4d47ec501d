internal import PosternConfig
internal import PosternCore

// A connection has one grant of its user at the top, and below it those of agents. What a session limits is the grant
// that comes of it: the agent's where there is one, and otherwise the user's.

extension Act {
    /// The user's grant of a connection: the one there is if it still holds, or else a new one.
    mutating func rootGrant(
        of secret: StoredSecret,
        for user: StoredUser,
        _ request: ConnectRequest,
        limited: Bool
    ) throws -> StoredGrant {
        let terms = limited ? request.terms : "{}"
        let expiresAt = limited ? request.grantEndsAt : nil
        try check(try self.terms(terms), liesWithin: secret)
        let roots = try rootGrants(ofSecret: secret.id, user: user.id)
        let alive = roots.filter(isAlive)
        if let root = alive.first(where: { $0.terms == terms && $0.expiresAt == expiresAt }) { return root }
        if let root = alive.first, !(limited && request.limitsGrant) { return root }
        // A limited one stands beside those on which something hangs: agents lose nothing by what others are given.
        for root in roots where try !hasDelegations(root) { _ = try endGrants([root]) }
        let grant = StoredGrant(
            id: Identifier.random(),
            principal: .user(id: user.id),
            secretID: secret.id,
            isDelegable: true,
            label: limited ? request.label : nil,
            terms: terms,
            createdAt: now,
            expiresAt: expiresAt
        )
        try store.insert(grant)
        noteImpact(of: grant)
        return grant
    }

    /// A user's own grants of a connection.
    func rootGrants(ofSecret secretID: String, user userID: String) throws -> [StoredGrant] {
        var filter = GrantFilter()
        filter.secretID = secretID
        filter.principal = .user(id: userID)
        return try store.grants(filter, Page()).filter { $0.parentID == nil }
    }

    /// Whether anything that has not ended hangs on a grant.
    func hasDelegations(_ grant: StoredGrant) throws -> Bool {
        try store.grants(below: grant.id).contains(where: isAlive)
    }

    private func isAlive(_ grant: StoredGrant) -> Bool { grant.expiresAt.map { $0 > now } ?? true }

    /// The agent's grant below the user's: the one there is if it is what is asked for now, or else a new one in its place.
    mutating func delegate(
        _ root: StoredGrant,
        of secret: StoredSecret,
        to agent: StoredAgent,
        _ request: ConnectRequest
    ) throws -> StoredGrant {
        let former = try store.grants(below: root.id).filter { $0.principal == .agent(id: agent.id) }
        let isDelegable = request.isDelegable ?? former.first?.isDelegable ?? false
        // Without limits of its own it has those of the grant above.
        let terms = request.terms == "{}" ? root.terms : request.terms
        let bounds = GrantBounds(
            terms: try self.terms(terms),
            maxUses: nil,
            expiresAt: [request.grantEndsAt, root.expiresAt].compactMap { $0 }.min()
        )
        try check(bounds.terms, liesWithin: secret)
        let inherited = try check(bounds, for: .agent(id: agent.id), secret, below: root)
        let isAsBefore = former.first.map { grant in
            grant.terms == terms && grant.expiresAt == inherited.expiresAt && grant.isDelegable == isDelegable
                && grant.maxUses == inherited.maxUses && (request.label.map { $0 == grant.label } ?? true)
        }
        if let grant = former.first, isAsBefore == true { return grant }
        _ = try endGrants(former)
        let grant = StoredGrant(
            id: Identifier.random(),
            principal: .agent(id: agent.id),
            secretID: secret.id,
            parentID: root.id,
            isDelegable: isDelegable,
            label: request.label ?? former.first?.label,
            terms: terms,
            maxUses: inherited.maxUses,
            createdAt: now,
            expiresAt: inherited.expiresAt
        )
        try store.insert(grant)
        noteImpact(of: grant)
        return grant
    }

    /// What is recorded of a delegation.
    func delegationRecord(of grant: StoredGrant, _ secret: StoredSecret) -> AdministrativeAct {
        var part = AdministrativeAct("delegation_create", by: record.by)
        part.agent = record.agent
        part.user = record.user
        part.secret = secret.name
        part.provider = secret.provider
        part.grant = grant.id
        part.detail = grant.parentID.map { "below grant \($0)" }
        return part
    }
}
