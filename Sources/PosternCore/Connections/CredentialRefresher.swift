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
    /// Whether it can be renewed.
    package let isRenewable: Bool

    package init(version: Int, endsAt: Int64?, isRenewable: Bool) {
        self.version = version
        self.endsAt = endsAt
        self.isRenewable = isRenewable
    }
}
