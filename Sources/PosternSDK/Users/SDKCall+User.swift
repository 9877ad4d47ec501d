internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    private static let maxTokenBytes = 16 << 10

    /// Whose token this is, as the identity provider says.
    func verified(_ token: Secret) async throws(SDKRefusal) -> VerifiedUser {
        guard (1...SDKCall.maxTokenBytes).contains(token.count) else {
            throw .badUserToken("the user's token is empty or too long")
        }
        do { return try await services.userTokens.verify(token) } catch {
            switch error {
            case .notConfigured:
                throw SDKRefusal(
                    status: 400,
                    code: "idp_not_configured",
                    message: "no identity provider is configured",
                    hint: "the operator can name one under [identity]"
                )
            case .invalid(let reason): throw .badUserToken("the user's token is not valid: \(reason)")
            case .unavailable:
                throw SDKRefusal(
                    status: 503,
                    code: "idp_unavailable",
                    message: "the keys of the identity provider cannot be fetched now"
                )
            }
        }
    }

    /// The user whose token this is; one that was never seen is made.
    ///
    /// One that is suspended is refused.
    func user(of token: Secret) async throws -> StoredUser {
        let user = try await administration.user(for: try await verified(token), by: caller.operator)
        guard !user.isSuspended else { throw SDKRefusal.userSuspended }
        return user
    }
}

extension SDKRefusal {
    /// The token proves nobody.
    static func badUserToken(_ message: String) -> SDKRefusal {
        SDKRefusal(status: 401, code: "jwt_validation_error", message: message, hint: "let the user sign in again")
    }

    /// The operator has suspended the user.
    static let userSuspended = SDKRefusal(
        status: 403,
        code: "user_suspended",
        message: "the user is suspended"
    )
}
