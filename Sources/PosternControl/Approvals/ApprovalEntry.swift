/// A request about which persons are asked.
package struct ApprovalEntry: Codable, Hashable, Sendable {
    /// One decision that has to be made.
    package struct Gate: Codable, Hashable, Sendable {
        package let id: String
        /// Who makes it; any operator if there is no name.
        @Nullable package var approver: String?
        /// `pending`, `approved`, `denied` or `expired`.
        package let status: String
        @Nullable package var decidedAt: String?
        @Nullable package var decidedBy: String?

        enum CodingKeys: String, CodingKey {
            case id, approver, status
            case decidedAt = "decided_at"
            case decidedBy = "decided_by"
        }

        package init(id: String, approver: String?, status: String, decidedAt: String?, decidedBy: String?) {
            self.id = id
            self.approver = approver
            self.status = status
            self.decidedAt = decidedAt
            self.decidedBy = decidedBy
        }
    }

    package let id: String
    /// `agent NAME`, `user ID` or `app`.
    package let principal: String
    /// The id of the grant.
    package let grant: String
    /// Who sends the request when it is approved: `daemon` or `client`.
    package let sender: String
    /// `pending`, `approved`, `executing`, `executed`, `failed`, `denied` or `expired`.
    package let status: String
    package let gates: [Gate]
    /// The gate that whoever asks may decide; none if there is nothing to decide.
    @Nullable package var gate: String?
    package let createdAt: String
    package let expiresAt: String
    @Nullable package var decidedAt: String?
    @Nullable package var decisionReason: String?
    @Nullable package var executedAt: String?
    /// Why it could not be carried out, as a code.
    @Nullable package var failure: String?
    /// The request in words; not in the answer to a decision.
    package var request: ApprovalRequestWords?

    enum CodingKeys: String, CodingKey {
        case id, principal, grant, sender, status, gates, gate, failure, request
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case decidedAt = "decided_at"
        case decisionReason = "decision_reason"
        case executedAt = "executed_at"
    }

    package init(
        id: String,
        principal: String,
        grant: String,
        sender: String,
        status: String,
        gates: [Gate],
        gate: String?,
        createdAt: String,
        expiresAt: String,
        decidedAt: String?,
        decisionReason: String?,
        executedAt: String?,
        failure: String?,
        request: ApprovalRequestWords? = nil
    ) {
        self.id = id
        self.principal = principal
        self.grant = grant
        self.sender = sender
        self.status = status
        self.gates = gates
        self.gate = gate
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.decidedAt = decidedAt
        self.decisionReason = decisionReason
        self.executedAt = executedAt
        self.failure = failure
        self.request = request
    }
}
