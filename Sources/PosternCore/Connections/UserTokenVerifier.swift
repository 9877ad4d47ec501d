/// Verifies the tokens by which users prove who they are.
///
/// Implemented over JWKS, and by tests.
package protocol UserTokenVerifier: Sendable {
    /// Verifies a token: its signature, issuer, audience and times.
    func verify(_ token: Secret) async throws(UserTokenError) -> VerifiedUser
}

/// What a verified token says.
package struct VerifiedUser: Hashable, Sendable {
    /// What the identity provider calls the user.
    package let subject: String
    package let issuer: String
    package let displayName: String?
    package let email: String?
    /// The groups of the user; `nil` where tokens do not say them.
    package let groups: [String]?
    /// When the token was issued, in seconds since 1970; `nil` if it does not say.
    package let issuedAt: Int64?

    package init(
        subject: String,
        issuer: String,
        displayName: String? = nil,
        email: String? = nil,
        groups: [String]? = nil,
        issuedAt: Int64? = nil
    ) {
        self.subject = subject
        self.issuer = issuer
        self.displayName = displayName
        self.email = email
        self.groups = groups
        self.issuedAt = issuedAt
    }
}

/// Why a user's token is not taken.
package enum UserTokenError: Error, Hashable, Sendable {
    /// There is no identity provider.
    case notConfigured
    /// It is no token of ours, or not valid any more; the reason holds nothing of the token.
    case invalid(reason: String)
    /// The identity provider's keys cannot be had.
    case unavailable(reason: String)
}
