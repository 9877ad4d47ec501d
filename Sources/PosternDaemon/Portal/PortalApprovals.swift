internal import PosternAdmin
internal import PosternCore
internal import PosternPortal

/// The pages about approvals, over the board.
struct PortalApprovals: ApprovalPages {
    private static let maxListed = 100

    let board: ApprovalBoard

    func approvals(for person: PortalPerson) async throws(PageRefusal) -> [ApprovalSummary] {
        let approver = Approver(person)
        let page = Page(limit: PortalApprovals.maxListed)
        return try await PageRefusal.asked { () throws(AdministrationError) in
            let waiting = try await board.cases(for: approver, in: [.pending], page)
            let others = Set(StoredApproval.Status.allCases).subtracting([.pending])
            let decided = try await board.cases(for: approver, in: others, page)
            return (waiting.reversed() + decided).map(ApprovalSummary.init)
        }
    }

    func approval(_ id: String, for person: PortalPerson) async throws(PageRefusal) -> ApprovalDetails {
        try await PageRefusal.asked { () throws(AdministrationError) in
            ApprovalDetails(try await board.approvalCase(id, for: Approver(person)))
        }
    }

    func approve(_ id: String, unseen: Bool, by person: PortalPerson) async throws(PageRefusal) {
        _ = try await PageRefusal.asked { () throws(AdministrationError) in
            try await board.approve(id, unseen: unseen, by: Approver(person))
        }
    }

    func deny(_ id: String, reason: String?, by person: PortalPerson) async throws(PageRefusal) {
        _ = try await PageRefusal.asked { () throws(AdministrationError) in
            try await board.deny(id, reason: reason, by: Approver(person))
        }
    }
}

extension PortalPerson {
    /// Who it is, for the audit log.
    var asOperator: Operator {
        switch self {
        case .operator: Operator(userID: nil, name: "portal operator")
        case .approver(let name): Operator(userID: nil, name: "portal \(name)")
        }
    }
}

extension Approver {
    fileprivate init(_ person: PortalPerson) {
        switch person {
        case .operator: self.init(name: nil, by: person.asOperator)
        case .approver(let name): self.init(name: name, by: person.asOperator)
        }
    }
}

extension ApprovalSummary {
    fileprivate init(_ found: ApprovalCase) {
        self.init(
            id: found.status.id,
            status: found.status.status,
            asker: found.text.principal,
            method: found.text.method,
            host: found.text.host,
            path: found.text.path,
            createdAt: found.status.createdAt,
            expiresAt: found.status.expiresAt,
            isWaitedFor: found.gate != nil
        )
    }
}

extension ApprovalDetails {
    fileprivate init(_ found: ApprovalCase) {
        let (status, text) = (found.status, found.text)
        self.init(
            summary: ApprovalSummary(found),
            words: text.sentence,
            sender: status.sender,
            facts: [NamedText("Approval", status.id), NamedText("Grant", status.grant)],
            parameters: text.parameters.map(NamedText.init),
            fields: text.fields.map(NamedText.init),
            body: text.body.map(BodyPreview.init),
            isPartial: text.isPartial,
            reason: text.claims.first { $0.name == "reason" }?.value,
            context: text.claims.filter { $0.name != "reason" }.map(NamedText.init),
            decisions: status.gates.map(ApprovalDecision.init),
            decidedAt: status.decidedAt,
            decisionReason: status.decisionReason,
            outcome: ApprovalDetails.outcome(of: status)
        )
    }

    private static func outcome(of status: ApprovalStatus) -> String? {
        switch status.status {
        case .executed: status.sender == .daemon ? "It was sent, and answered." : "The client has sent it."
        case .failed: "It was not carried out: \(status.failure ?? "unknown")."
        case .pending, .approved, .executing, .denied, .expired: nil
        }
    }
}

extension NamedText {
    fileprivate init(_ member: ApprovalText.Member) {
        self.init(member.name, member.isCut ? member.value + " […]" : member.value)
    }
}

extension BodyPreview {
    fileprivate init(_ body: ApprovalText.Body) {
        self.init(text: body.text, isCut: body.isCut, byteCount: body.bytes, digest: body.sha256)
    }
}

extension PosternPortal.ApprovalDecision {
    fileprivate init(_ gate: ApprovalGate) {
        let status: Status =
            switch gate.status {
            case .pending: .pending
            case .approved: .approved
            case .denied: .denied
            case .expired: .expired
            }
        self.init(approver: gate.approver, status: status, decidedBy: gate.decidedBy, decidedAt: gate.decidedAt)
    }
}
