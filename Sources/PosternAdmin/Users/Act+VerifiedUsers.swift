internal import PosternCore

extension Act {
    /// Finds the user whom an identity provider has named, or makes them known.
    mutating func keep(_ verified: VerifiedUser) throws -> StoredUser {
        guard let known = try store.user(subject: verified.subject) else {
            var new = NewUser(subject: verified.subject)
            new.displayName = verified.shownName
            new.groups = verified.keptGroups ?? []
            return try createUser(new)
        }
        record.user = known.subject
        try known.requireNotSuspended()
        return try replace(known, by: known.updated(by: verified))
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
    func updated(by verified: VerifiedUser) -> StoredUser {
        var user = self
        if let groups = verified.keptGroups, Set(groups) != Set(user.groups) { user.groups = groups }
        user.displayName = user.displayName ?? verified.shownName
        return user
    }
}

extension VerifiedUser {
    /// A name to show, if it says one that can be.
    fileprivate var shownName: String? {
        [displayName, email].lazy.compactMap(\.self).first { VerifiedUser.isKeepable($0, "display_name") }
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
