/// How a connect session went so far, as its application is told.
package struct ConnectProgress: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case pending
        /// At least one account is connected, and the user is done.
        case completed
        /// Nothing was connected: a code such as `connect_denied`, and words for people.
        case failed(code: String, message: String)
        case expired
    }

    package let state: State
    package let connected: [ConnectedGrant]
    package let declined: [DeclinedProvider]
    package let failed: [FailedProvider]
}

/// A grant that came of a connect session.
package struct ConnectedGrant: Hashable, Sendable {
    package enum Operation: String, Hashable, Sendable, CaseIterable {
        case creation
        /// The account was connected already, and its tokens were replaced.
        case reauth
    }

    /// The id of the user's grant.
    package let grant: String
    package let provider: String
    /// `nil` where the provider does not say.
    package let account: String?
    package let scopes: [String]
    package let operation: Operation
    /// The agent's grant below it; `nil` where no agent is to act for the user.
    package let delegation: ConnectedDelegation?
}

/// What an agent was given in a connect session.
package struct ConnectedDelegation: Hashable, Sendable {
    package let grant: String
    /// The agent's id.
    package let agentID: String
    package let isDelegable: Bool
}

/// A provider at which the user did not want to connect.
package struct DeclinedProvider: Hashable, Sendable {
    package let provider: String
    /// `connect_denied`, or what the provider said.
    package let code: String
    /// Nanoseconds since 1970.
    package let declinedAt: Int64
}

/// A provider with which it did not work.
package struct FailedProvider: Hashable, Sendable {
    package let provider: String
    /// A stable code such as `token_exchange_failed`.
    package let code: String
    /// For people; without a secret.
    package let message: String
}
