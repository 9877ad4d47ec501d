/// A user's way through connecting accounts, begun by an application and ended in the user's browser.
package struct StoredConnectSession: Hashable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case pending, completed, denied, failed, expired
    }

    package let id: String
    /// The digest of the token by which the application asks how it went.
    package let pollDigest: KeyDigest
    /// The digest of the token in the page's address.
    package let pageDigest: KeyDigest
    package let userID: String
    /// The agent that is to act for the user; `nil` for none.
    package let agentID: String?
    /// What was asked for, as a JSON object.
    package let request: String
    package var status: Status
    /// What came of it so far, as a JSON object.
    package var outcome: String
    package let createdAt: Int64
    package let expiresAt: Int64

    package init(
        id: String,
        pollDigest: KeyDigest,
        pageDigest: KeyDigest,
        userID: String,
        agentID: String? = nil,
        request: String,
        status: Status = .pending,
        outcome: String = "{}",
        createdAt: Int64,
        expiresAt: Int64
    ) {
        self.id = id
        self.pollDigest = pollDigest
        self.pageDigest = pageDigest
        self.userID = userID
        self.agentID = agentID
        self.request = request
        self.status = status
        self.outcome = outcome
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
