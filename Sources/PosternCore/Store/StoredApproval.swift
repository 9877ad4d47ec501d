/// A request about which persons are asked, and what came of it.
///
///     pending -> approved -> executing -> executed | failed
///             -> denied
///             -> expired
///
/// What is pending or approved fails when nothing may come of it any more, because of who asked or who has to approve by now.
/// What was frozen is kept apart, until that is over, and so is the answer: many are looked at for whom nobody needs either.
package struct StoredApproval: Hashable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case pending, approved, executing, executed, failed, denied, expired

        /// Whether nothing will become of it any more.
        package var isOver: Bool {
            switch self {
            case .pending, .approved, .executing: false
            case .executed, .failed, .denied, .expired: true
            }
        }
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
    package let outline: ApprovalOutline
    /// Why it is made, in the client's words.
    package let reason: String?
    package let createdAt: Int64
    package let expiresAt: Int64
    package var decidedAt: Int64?
    package var decisionReason: String?
    package var executedAt: Int64?
    /// Why it could not be carried out.
    package var failure: String?

    package init(
        id: String,
        asker: Asker,
        keyID: String? = nil,
        grantID: String,
        sender: Sender,
        status: Status = .pending,
        gates: String,
        fingerprint: KeyDigest,
        outline: ApprovalOutline,
        reason: String? = nil,
        createdAt: Int64,
        expiresAt: Int64,
        decidedAt: Int64? = nil,
        decisionReason: String? = nil,
        executedAt: Int64? = nil,
        failure: String? = nil
    ) {
        self.id = id
        self.asker = asker
        self.keyID = keyID
        self.grantID = grantID
        self.sender = sender
        self.status = status
        self.gates = gates
        self.fingerprint = fingerprint
        self.outline = outline
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.decidedAt = decidedAt
        self.decisionReason = decisionReason
        self.executedAt = executedAt
        self.failure = failure
    }
}
