package import PosternCore

/// How it stands with a request about which persons are asked.
package struct ApprovalStatus: Hashable, Sendable {
    /// A UUID.
    package let id: String
    package let principal: PrincipalID
    /// The id of the grant.
    package let grant: String
    package let sender: StoredApproval.Sender
    /// Expired as soon as its time is over, whether that is written down yet or not.
    package let status: StoredApproval.Status
    /// Never empty.
    package let gates: [ApprovalGate]
    /// Nanoseconds since 1970, as all times here are.
    package let createdAt: Int64
    package let expiresAt: Int64
    package let decidedAt: Int64?
    /// Why it was denied, in the words of whoever did.
    package let decisionReason: String?
    package let executedAt: Int64?
    /// Why it could not be carried out, as a stable code such as `policy_denied`.
    package let failure: String?
    /// Whether the upstream's answer is kept, which only whoever asked is told.
    package var hasResult = false

    /// Whether nothing will become of it any more.
    package var isFinal: Bool { status.isOver }
}

/// One decision that has to be made about a request.
package struct ApprovalGate: Hashable, Sendable {
    /// What became of it.
    package enum Status: String, Sendable, CaseIterable { case pending, approved, denied, expired }

    /// A UUID.
    package let id: String
    /// Who has to make it; `nil` is any one operator.
    package let approver: String?
    package var status = Status.pending
    package var decidedAt: Int64?
    /// Who made it, for people.
    package var decidedBy: String?
}

/// What came of an approval, for the principal that asked.
package enum ApprovalResult: Sendable {
    /// It is not decided, or not carried out yet.
    case open(StoredApproval.Status)
    case answered(CallAnswer)
    /// The client itself sent the request, so that nothing is kept.
    case sent
    /// It was answered, and the answer had to make room for others.
    case forgotten
    case denied(reason: String?)
    case expired
    /// It could not be carried out: a stable code such as `policy_denied` or `outcome_unknown`.
    case failed(code: String)
}
