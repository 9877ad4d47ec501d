internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// What a user's token says, if it is valid.
    func verified(_ token: Secret) async throws(SDKRefusal) -> VerifiedUser {
        do { return try await services.userTokens.verify(token) } catch {
            switch error {
            case .invalid(let reason):
                throw SDKRefusal(status: 401, code: "jwt_validation_error", message: "the user's token: \(reason)")
            case .notConfigured:
                throw SDKRefusal(
                    status: 409,
                    code: "idp_signin_not_configured",
                    message: "there is no identity provider whose tokens are taken",
                    hint: "the operator names one under [identity]"
                )
            case .unavailable:
                throw SDKRefusal(
                    status: 503,
                    code: "identity_unavailable",
                    message: "the keys of the identity provider cannot be had now"
                )
            }
        }
    }

    /// The user that a token proves, who is known from now on.
    func user(_ token: Secret) async throws -> StoredUser {
        let verified = try await verified(token)
        let user = try await knownUser(verified) ?? made(verified)
        guard !user.isSuspended else {
            throw SDKRefusal(status: 403, code: "user_suspended", message: "the user is suspended")
        }
        return user
    }

    /// The user that a token proves; `nil` for one who was never seen, or is suspended.
    func userIfKnown(_ token: Secret) async throws -> StoredUser? {
        try await knownUser(try await verified(token)).flatMap { $0.isSuspended ? nil : $0 }
    }

    private func knownUser(_ verified: VerifiedUser) async throws -> StoredUser? {
        do {
            let user = try await administration.user(verified.subject)
            // A subject in the form of another user's id is not that user.
            return user.subject == verified.subject ? user : nil
        } catch AdministrationError.notFound { return nil }
    }

    private func made(_ verified: VerifiedUser) async throws -> StoredUser {
        var new = NewUser(subject: verified.subject)
        new.displayName = verified.displayName ?? verified.email
        new.groups = verified.groups ?? []
        return try await administration.createUser(new, by: caller.operator)
    }
}
