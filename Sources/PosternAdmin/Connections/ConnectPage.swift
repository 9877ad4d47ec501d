/// What the page of a connect session shows.
///
/// Names are what agents, operators and providers made them: they are shown as text and never as markup.
package struct ConnectPage: Hashable, Sendable {
    /// Whose application asks.
    package let appName: String
    /// The user's display name, or subject.
    package let userName: String
    /// The agent that is to act for the user; `nil` for none.
    package let agent: ConnectPageAgent?
    package let providers: [ConnectPageProvider]
    /// What the grant allows that comes of it, as a JSON object with the keys of a grant in the configuration file.
    package let terms: String
    /// When that grant ends by itself, in nanoseconds since 1970; `nil` is never.
    package let grantEndsAt: Int64?
    /// Whether the agent asks that it may give others what it is given.
    package let isDelegable: Bool
    /// Whether anything can still be decided.
    package let isOpen: Bool
    /// How it went, if nothing can.
    package let state: ConnectProgress.State
    /// Where the browser goes in the end.
    package let returnURL: String?
    /// Nanoseconds since 1970.
    package let expiresAt: Int64
}

/// The agent on a ``ConnectPage``.
package struct ConnectPageAgent: Hashable, Sendable {
    package let id: String
    package let name: String
    package let displayName: String?
}

/// One provider on a ``ConnectPage``.
package struct ConnectPageProvider: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case open
        case connected(account: String?)
        case declined
        /// It did not work, and can be tried again.
        case failed(message: String)
    }

    package let name: String
    /// What the provider is asked for.
    package let scopes: [String]
    /// The user's accounts that are connected there already.
    package let accounts: [String]
    /// Whether the provider tells one account from another.
    package let tellsAccounts: Bool
    /// Whether what is connected already gets new tokens, with everything that hangs on it.
    package let isRepair: Bool
    package let state: State
}
