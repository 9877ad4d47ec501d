internal import PosternCore

extension Act {
    /// Finds the user whom an identity provider has named, or makes them known.
    mutating func keep(_ verified: VerifiedUser) throws -> StoredUser {
        guard let known = try store.user(subject: verified.subject) else {
            var new = NewUser(subject: verified.subject)
            new.displayName = verified.shownName
            new.groups = verified.keptGroups ?? []
            new.groupsIssuedAt = verified.groupsIssuedAt
            return try createUser(new)
        }
        record.user = known.subject
        try known.requireNotSuspended()
        var same = known
        let new = known.updated(by: verified)
        same.groupsIssuedAt = new.groupsIssuedAt
        guard new == same else { return try replace(known, by: new) }
        // What the user may do is as before, so nothing is compiled anew for every token.
        if same != known { try store.update(same) }
        return same
    }
}

extension StoredUser {
    /// Refuses a user who may do nothing now.
    func requireNotSuspended() throws(AdministrationError) {
        guard !isSuspended else {
            throw .conflict(code: "user_suspended", reason: "user \(TextRules.shown(subject)) is suspended")
        }
    }

    /// The user as the identity provider says; where it is silent, what is known stays.
    ///
    /// A token that is older than one which was shown before says nothing of groups: who has left one would come back with it.
    /// One that does not say when it was issued counts as older.
    func updated(by verified: VerifiedUser) -> StoredUser {
        var user = self
        if let groups = verified.keptGroups, verified.groupsIssuedAt ?? -1 >= groupsIssuedAt ?? -1 {
            user.groupsIssuedAt = verified.groupsIssuedAt
            if Set(groups) != Set(user.groups) { user.groups = groups }
        }
        user.displayName = user.displayName ?? verified.shownName
        return user
    }
}

extension VerifiedUser {
    /// A name to show, if it says one that can be.
    fileprivate var shownName: String? {
        [displayName, email].lazy.compactMap(\.self).first { VerifiedUser.isKeepable($0, "display_name") }
    }

    /// When it was said who is in which groups, in nanoseconds since 1970; `nil` if nothing was.
    fileprivate var groupsIssuedAt: Int64? {
        guard groups != nil, let issuedAt else { return nil }
        return min(max(issuedAt, 0), 9_000_000_000) * 1_000_000_000
    }

    /// The groups that can be kept; a user of fewer groups may do less.
    fileprivate var keptGroups: [String]? {
        groups.map { names in
            var seen = Set<String>()
            let kept = names.filter { VerifiedUser.isKeepable($0, "groups") && seen.insert($0).inserted }
            return Array(kept.prefix(Act.maxGroups))
        }
    }

    private static func isKeepable(_ text: String, _ member: String) -> Bool {
        (try? TextRules.check(text, member)) != nil
    }
}
