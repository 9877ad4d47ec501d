/// How the API for programs is served.
package struct APISettings: Hashable, Sendable {
    /// Whether an agent's key may come with a user's token.
    package enum IdentityBlending: String, Hashable, Sendable, CaseIterable {
        /// Only to tell which of the agent's own delegations is meant.
        case selects
        /// Never.
        case strict
    }

    package var identityBlending = IdentityBlending.selects
    /// How far the clock of a client may be off.
    package var clockSkew: Duration = .seconds(300)
    /// How long a placeholder works that stands for a credential.
    package var placeholderLifetime: Duration = .seconds(300)
    /// What each key may ask in a minute that has no limit of its own; `nil` is no limit.
    package var requestsPerMinute: Int?

    package init() {}
}

/// Where people are shown pages, on which they consent and approve.
package struct PortalSettings: Hashable, Sendable {
    /// The TCP address it listens on, such as `127.0.0.1:3129`; port 0 is any.
    package var listen: IPEndpoint
    /// What its addresses begin with, without a slash at the end; `nil` is made from `listen`.
    package var url: String?

    package init(listen: IPEndpoint, url: String? = nil) {
        self.listen = listen
        self.url = url
    }
}

/// Whose tokens prove who a user is.
package struct UserTokenSettings: Hashable, Sendable {
    package var issuer: String
    package var audience: String
    /// Where its keys are; `nil` is found by OpenID Connect discovery below the issuer.
    package var keysURL: String?
    package var subjectClaim = "sub"
    package var groupsClaim: String?
    package var network = UpstreamNetwork()

    package init(issuer: String, audience: String, keysURL: String? = nil) {
        self.issuer = issuer
        self.audience = audience
        self.keysURL = keysURL
    }
}

/// How people are asked.
package struct ApprovalSettings: Hashable, Sendable {
    /// How long a client of the plain proxy is kept waiting for an approval.
    package var patience: Duration = .seconds(60)
    /// How many requests of one principal may wait at once.
    package var maxPending = 32
    /// The longest body that is frozen, in bytes.
    package var maxBodyBytes = 1_048_576

    package init() {}
}
