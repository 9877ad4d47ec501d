internal import PosternCore

/// What somebody says to a request.
enum ApprovalDecision: Sendable {
    /// `unseen` is whether also of a request of which a part was not shown.
    case approve(unseen: Bool)
    case deny(reason: String?)

    var gateStatus: ApprovalGate.Status {
        switch self {
        case .approve: .approved
        case .deny: .denied
        }
    }

    /// Refuses what nobody should say without a second thought.
    func check(_ approval: StoredApproval) throws {
        switch self {
        case .approve(unseen: false):
            guard approval.outline.isPartial else { return }
            throw AdministrationError.conflict(
                code: "approval_partly_shown",
                reason: "the request is longer than what is shown of it",
                hint: "approve it in so many words, also what is not shown, or deny it"
            )
        case .approve(unseen: true), .deny(reason: nil): return
        case .deny(let reason): try TextRules.check(reason, "reason", maxBytes: 1024)
        }
    }
}

/// What came of carrying out a request.
enum ExecutionOutcome: Sendable {
    /// The answer, packed, and its status.
    case answered(Secret, status: Int)
    case failed(code: String)

    init(_ result: CallResult) {
        switch result {
        case .answered(let answer): self = .answered(answer.packed, status: answer.status)
        case .refused(let error): self = .failed(code: ProblemDetails(error).code)
        case .pending: self = .failed(code: "approval_required")
        }
    }
}

extension ApprovalGate {
    /// Whether an approver decides it now; `reference` is the approval's id, or of one gate.
    func isOpen(to approver: Approver, _ reference: String? = nil, of approval: String) -> Bool {
        status == .pending && self.approver == approver.name
            && (reference == nil || reference == approval || reference == id)
    }
}

extension Approver {
    /// How people are told who it was.
    var shownName: String { name ?? by.name ?? by.userID.map { "uid \($0)" } ?? "operator" }
}
