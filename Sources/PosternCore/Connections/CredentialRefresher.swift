/// Renews access tokens that have ended or are about to.
///
/// Implemented over the store, and by tests.
package protocol CredentialRefresher: Sendable {
    /// Renews the token of a connection; `completion` is called once, on any thread, when the new one is in force on every
    /// event loop, or when there will be none.
    ///
    /// Whoever asks while a renewal is under way waits for that one. `version` is that of the credential which was found
    /// wanting: if a newer one is there already, that is what was asked for.
    func refresh(
        _ credential: String,
        after version: Int,
        completion: @escaping @Sendable (CredentialRefresh) -> Void
    )
}

/// What became of renewing an access token.
package enum CredentialRefresh: Hashable, Sendable {
    case refreshed
    /// The provider does not renew it any more: its user has to connect again.
    case broken
    /// It could not be tried, or not be kept.
    case unavailable
}

/// How long a credential lives that has to be renewed.
package struct CredentialLife: Hashable, Sendable {
    /// Raised by each renewal.
    package let version: Int
    /// When the access token ends, in seconds since 1970; `nil` if nobody said.
    package let endsAt: Int64?
    /// When it is to be renewed: a little before it ends.
    package let renewsAt: Int64?
    /// Whether it can be renewed.
    package let isRenewable: Bool

    /// The most seconds before its end at which a token is renewed; one that lives shortly is, a tenth of its life before.
    private static let maxMarginSeconds: Int64 = 60

    /// `beganAt` is when the token was got, in seconds since 1970.
    package init(version: Int, beganAt: Int64, endsAt: Int64?, isRenewable: Bool) {
        self.version = version
        self.endsAt = endsAt
        renewsAt = endsAt.map { $0 - min(CredentialLife.maxMarginSeconds, max(0, $0 - beganAt) / 10) }
        self.isRenewable = isRenewable
    }
}
