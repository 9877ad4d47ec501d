package import PosternCore

/// What an application asks of a user: to connect accounts, perhaps for an agent.
package struct NewConnectSession: Sendable {
    /// The id of the user, who is proven already.
    package var userID: String
    /// The providers among which the user may choose; `nil` is all at which accounts can be connected.
    package var providers: [String]?
    /// The agent that is to act for the user, by name or id; `nil` for none.
    package var agent: String?
    /// Scopes by provider; where it names none, the provider's usual ones are asked for.
    package var scopes: [String: [String]] = [:]
    /// Where the browser goes in the end: an https URL, or an http one of a loopback host.
    package var returnURL: String?
    /// The one origin that `returnURL` may have; `nil` is any.
    package var allowedOrigin: String?
    package var label: String?
    /// What the grant allows that comes of it, as a JSON object with the keys of a grant in the configuration file.
    package var terms = "{}"
    /// When that grant ends by itself.
    package var expiry = Expiry.never
    /// Whether the agent may give others what it is given; `nil` leaves it as it is, and is no for a new delegation.
    package var isDelegable: Bool?
    /// The user's grant of a connection that is to get new tokens; its account and its scopes must be the same.
    package var repairedGrant: String?
    /// Whether the provider is to ask which account is meant.
    package var asksForAccount = false

    package init(userID: String) { self.userID = userID }
}

/// A session that was begun, with the only copies of its two tokens.
package struct BegunConnectSession: Sendable {
    package let id: String
    /// By which the application asks how it went.
    package let pollToken: Secret
    /// The page to show to the user; who has it can go through with the session, but not see how it went.
    package let pageURL: String
    /// Nanoseconds since 1970.
    package let expiresAt: Int64
    /// How long it is until then.
    package let lifetime: Duration
    /// The providers among which the user may choose.
    package let providers: [String]
}
