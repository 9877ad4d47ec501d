package import PosternCore

extension Administration {
    /// The users in the order of creation.
    package func users() async throws(AdministrationError) -> [StoredUser] { try await read { try $0.users() } }

    /// One user by subject or id.
    package func user(_ reference: String) async throws(AdministrationError) -> StoredUser {
        try await read { try $0.existingUser(reference) }
    }

    /// The user whom an identity provider has named, if known; nothing is written.
    package func findUser(_ verified: VerifiedUser) async throws(AdministrationError) -> StoredUser? {
        try await read { try $0.user(subject: verified.subject) }
    }

    /// The user whom an identity provider has named, who is made known where that is not so yet.
    ///
    /// The groups of the newest token take the place of those that were known. Nothing is written if nothing is new; that a
    /// token is newer than all before is, since older ones are to change nothing from now on.
    ///
    /// - Throws: `user_suspended` for a user who was suspended.
    package func user(
        for verified: VerifiedUser,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredUser {
        let known: StoredUser? = try await read { store in
            guard let user = try store.user(subject: verified.subject) else { return nil }
            try user.requireNotSuspended()
            return user.updated(by: verified) == user ? user : nil
        }
        if let known { return known }
        return try await act("user_sign_in", by: `operator`) { try $0.keep(verified) }
    }

    /// Makes a user known.
    package func createUser(_ new: NewUser, by operator: Operator) async throws(AdministrationError) -> StoredUser {
        try await act("user_create", by: `operator`) { try $0.createUser(new) }
    }

    /// Changes what is given of a user.
    package func updateUser(
        _ reference: String,
        _ change: UserChange,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredUser {
        try await act("user_update", by: `operator`) { try $0.updateUser(reference, change) }
    }

    /// Forgets a user, whose grants end with everything below them.
    package func removeUser(_ reference: String, by operator: Operator) async throws(AdministrationError) {
        try await act("user_remove", by: `operator`) { try $0.removeUser(reference) }
    }
}
