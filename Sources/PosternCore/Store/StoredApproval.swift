/// A request about which persons are asked, and what came of it.
///
///     pending -> approved -> executing -> executed | failed
///             -> denied
///             -> expired
package struct StoredApproval: Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case pending, approved, executing, executed, failed, denied, expired
    }

    /// Who sends the request once it is approved.
    package enum Sender: String, Sendable, CaseIterable {
        /// The daemon.
        case daemon
        /// The client, again.
        case client
    }

    package let id: String
    package let principal: PrincipalID
    package let grantID: String
    package let sender: Sender
    package var status: Status
    /// The decisions, as a JSON array of objects with `id`, `approver`, `status`, `decided_at`, `decided_by`.
    package var gates: String
    /// What two requests share that are the same, 32 bytes.
    package let fingerprint: KeyDigest
    /// The frozen request, encoded; sealed in the store.
    package let request: Secret
    /// Why it is made, in the client's words.
    package let reason: String?
    package let createdAt: Int64
    package let expiresAt: Int64
    package var decidedAt: Int64?
    package var decisionReason: String?
    package var executedAt: Int64?
    /// Why it could not be carried out.
    package var failure: String?
    /// The upstream's answer, encoded; sealed in the store.
    package var result: Secret?

    package init(
        id: String,
        principal: PrincipalID,
        grantID: String,
        sender: Sender,
        status: Status = .pending,
        gates: String,
        fingerprint: KeyDigest,
        request: Secret,
        reason: String? = nil,
        createdAt: Int64,
        expiresAt: Int64,
        decidedAt: Int64? = nil,
        decisionReason: String? = nil,
        executedAt: Int64? = nil,
        failure: String? = nil,
        result: Secret? = nil
    ) {
        self.id = id
        self.principal = principal
        self.grantID = grantID
        self.sender = sender
        self.status = status
        self.gates = gates
        self.fingerprint = fingerprint
        self.request = request
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.decidedAt = decidedAt
        self.decisionReason = decisionReason
        self.executedAt = executedAt
        self.failure = failure
        self.result = result
    }
}
