/// A request about which persons are asked, and what came of it.
///
///     pending -> approved -> executing -> executed | failed
///             -> denied
///             -> expired
///
/// What is pending or approved fails when nothing may come of it any more, because of who asked or who has to approve by now.
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
    package let asker: Asker
    /// The id of the key with which it was asked; `nil` where none was shown, or one of the configuration file.
    package let keyID: String?
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
        asker: Asker,
        keyID: String? = nil,
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
        self.asker = asker
        self.keyID = keyID
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
