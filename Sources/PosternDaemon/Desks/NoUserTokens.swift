internal import PosternCore

/// Verifies no user's token, since there is no identity provider.
struct NoUserTokens: UserTokenVerifier {
    func verify(_ token: Secret) async throws(UserTokenError) -> VerifiedUser { throw .notConfigured }
}
