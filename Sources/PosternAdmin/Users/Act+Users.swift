internal import PosternCore

extension StoreReader {
    /// The user of this subject, or of this id.
    func existingUser(_ reference: String) throws -> StoredUser {
        // Identity providers like ids of the same form.
        let byID = Identifier.isOne(reference) ? try user(id: reference) : nil
        guard let user = try byID ?? user(subject: reference) else {
            throw AdministrationError.notFound(kind: "user", name: TextRules.shown(reference))
        }
        return user
    }
}

extension Act {
    /// The most groups of one user.
    static let maxGroups = 1000

    mutating func createUser(_ new: NewUser) throws -> StoredUser {
        try TextRules.check(new.subject, "subject", maxBytes: 512)
        try TextRules.check(new.displayName, "display_name")
        record.user = new.subject
        guard try store.user(subject: new.subject) == nil else {
            throw AdministrationError.conflict(
                code: "user_exists",
                reason: "there is a user with that subject already"
            )
        }
        let user = StoredUser(
            id: Identifier.random(),
            subject: new.subject,
            displayName: new.displayName,
            groups: try groups(new.groups),
            groupsIssuedAt: new.groupsIssuedAt,
            createdAt: now,
            updatedAt: now
        )
        try store.insert(user)
        noteImpact(of: user)
        return user
    }

    mutating func updateUser(_ reference: String, _ change: UserChange) throws -> StoredUser {
        let old = try user(reference)
        var new = old
        new.displayName = change.displayName.applied(to: old.displayName)
        new.isSuspended = change.isSuspended.applied(to: old.isSuspended)
        if case .set(let groups) = change.groups { new.groups = try self.groups(groups) }
        try TextRules.check(new.displayName, "display_name")
        return try replace(old, by: new)
    }

    /// Puts what was made of a user in its place.
    mutating func replace(_ old: StoredUser, by new: StoredUser) throws -> StoredUser {
        guard new != old else { return old }
        var new = new
        new.updatedAt = now
        try store.update(new)
        noteImpact(of: old)
        try noteImpact(ofGrantsOf: new)
        return new
    }

    mutating func removeUser(_ reference: String) throws {
        let user = try user(reference)
        let connections = try store.connections(ofUser: user.id, includingRevoked: false)
        for connection in connections { _ = try end(connection) }
        let grants = try endGrants(of: .user(id: user.id))
        try endApprovals(askedFor: user)
        (record.secret, record.provider) = (nil, nil)
        record.detail = "with \(connections.count) connections and \(grants.count) other grants"
        noteImpact(of: user)
        try store.deleteUser(id: user.id)
    }

    /// The user that an act is about, as it is recorded.
    mutating func user(_ reference: String) throws -> StoredUser {
        let user = try store.existingUser(reference)
        record.user = user.subject
        return user
    }

    /// What the user may do depends on who that is, and on the groups.
    private mutating func noteImpact(of user: StoredUser) { impact.users.insert(user.id) }

    /// What is below a user's grants depends on the user.
    private mutating func noteImpact(ofGrantsOf user: StoredUser) throws {
        var filter = GrantFilter()
        filter.principal = .user(id: user.id)
        var waiting = try store.grants(filter, Page())
        while let grant = waiting.popLast() {
            noteImpact(of: grant)
            waiting += try store.grants(below: grant.id)
        }
    }

    /// Groups in the order given, each one once.
    func groups(_ names: [String]) throws(AdministrationError) -> [String] {
        var groups: [String] = []
        for name in names where !groups.contains(name) {
            try TextRules.check(name, "groups")
            groups.append(name)
        }
        guard groups.count <= Act.maxGroups else {
            throw .invalid(member: "groups", reason: "are more than \(Act.maxGroups)")
        }
        return groups
    }
}
