internal import PosternCore

// What is written of approvals; each step holds only where the one before it did.
extension Act {
    /// Writes down that persons are asked about a request, or finds that they are already.
    mutating func requestApproval(
        _ asked: ApprovalQuestion,
        under terms: [ApprovalTerms],
        settings: ApprovalSettings
    ) throws -> StoredApproval {
        let (request, sender) = (asked.request, asked.sender)
        let standing = try store.standing(of: asked.fingerprint, sender: sender, under: terms, now: now)
        if case .open(let former) = standing {
            parts = []
            return former
        }
        record.grant = request.grant
        record.note(request.principal)
        if let end = try store.end(of: request.asker, key: request.attribution.key, now: now) {
            throw AdministrationError.conflict(code: end.rawValue, reason: "whoever asks may not ask any more")
        }
        if case .void(let former, let reason) = standing { _ = try end(former, reason) }
        let waiting = try store.approvalCount(
            ApprovalFilter([.pending], asker: request.asker, endingAfter: now)
        )
        guard waiting < settings.maxPending else { throw AdministrationError.tooManyApprovals(waiting) }
        let gates = ApprovalGate.gates(for: terms)
        let approval = StoredApproval(
            id: Identifier.random(),
            asker: request.asker,
            keyID: request.attribution.key,
            grantID: request.grant,
            sender: sender,
            gates: ApprovalGate.json(gates),
            fingerprint: asked.fingerprint,
            outline: asked.outline,
            // The store takes no zero bytes.
            reason: request.attribution.reason.map { $0.replacing("\0", with: " ") },
            createdAt: now,
            expiresAt: Act.end(of: terms, from: now)
        )
        try store.insert(approval, request: asked.packed)
        record.approval = approval.id
        record.detail = "\(request.method.rawValue), \(gates.count) to approve"
        return approval
    }

    /// Decides for one gate; a denial of one is a denial of all.
    mutating func decide(
        _ reference: String,
        _ decision: ApprovalDecision,
        by approver: Approver
    ) throws -> StoredApproval {
        var approval = try store.existingApproval(reference, for: approver)
        record.note(approval)
        guard approval.status == .pending else {
            throw AdministrationError.conflict(code: "approval_decided", reason: "it is \(approval.status) already")
        }
        guard approval.expiresAt > now else {
            throw AdministrationError.conflict(code: "approval_expired", reason: "the time to decide is over")
        }
        var gates = try ApprovalGate.gates(approval.gates)
        guard let index = gates.firstIndex(where: { $0.isOpen(to: approver, reference, of: approval.id) }) else {
            let asked = gates.lazy.filter { $0.status == .pending }.compactMap(\.approver).joined(separator: ", ")
            throw AdministrationError.conflict(
                code: "approval_not_yours",
                reason: "nothing of it is left for \(approver.name ?? "any operator") to decide",
                hint: asked.isEmpty ? "it asks for any operator" : "it asks for \(asked): name them with --approver"
            )
        }
        try decision.check(approval)
        gates[index].status = decision.gateStatus
        gates[index].decidedAt = now
        gates[index].decidedBy = approver.shownName
        approval.gates = ApprovalGate.json(gates)
        switch decision {
        case .deny(let reason):
            approval.status = .denied
            approval.decisionReason = reason
        case .approve: if gates.allSatisfy({ $0.status == .approved }) { approval.status = .approved }
        }
        if approval.status != .pending { approval.decidedAt = now }
        try store.update(approval, answer: nil)
        let place = "gate \(index + 1) of \(gates.count)"
        record.detail = [approver.name.map { "as \($0)" }, place].compactMap { $0 }.joined(separator: ", ")
        return approval
    }

    /// Begins to carry out what is approved: from here on it is never begun again.
    ///
    /// What was asked by somebody who may not ask any more, or not with that key, fails instead.
    mutating func beginExecution(_ id: String) throws -> StoredApproval {
        guard var approval = try store.approval(id: id) else {
            throw AdministrationError.notFound(kind: "approval", name: TextRules.shown(id))
        }
        record.note(approval)
        guard approval.status == .approved, approval.usableUntil > now else {
            throw AdministrationError.conflict(code: "approval_used", reason: "it is \(approval.status) already")
        }
        if let reason = try store.end(of: approval.asker, key: approval.keyID, now: now) {
            parts = []
            return try end(approval, reason)
        }
        switch approval.sender {
        case .daemon: approval.status = .executing
        case .client: approval.status = .executed
        }
        approval.executedAt = now
        try store.update(approval, answer: nil)
        return approval
    }

    /// Takes back that a client was to send it, of which nothing was sent.
    mutating func giveBack(_ id: String) throws {
        guard var approval = try store.approval(id: id), approval.sender == .client, approval.status == .executed else {
            throw AdministrationError.conflict(code: "approval_used", reason: "no client is to send it")
        }
        record.note(approval)
        approval.status = .approved
        approval.executedAt = nil
        try store.update(approval, answer: nil)
    }

    /// Writes down what came of it, and forgets older answers where there is no room for this one.
    mutating func endExecution(_ id: String, _ outcome: ExecutionOutcome, within room: AnswerRoom) throws {
        guard var approval = try store.approval(id: id), approval.status == .executing else {
            throw AdministrationError.conflict(code: "approval_used", reason: "it is not being carried out")
        }
        record.note(approval)
        switch outcome {
        case .answered(let answer, let status):
            let surplus = room.surplus(of: try store.keptAnswers(), for: approval.asker, bytes: answer.count)
            for other in surplus { try store.forgetAnswer(ofApproval: other) }
            approval.status = .executed
            record.detail = "answered \(status)"
            if !surplus.isEmpty { record.detail? += ", older answers forgotten: \(surplus.count)" }
            try store.update(approval, answer: answer)
        case .failed(let code):
            approval.status = .failed
            approval.failure = code
            record.detail = code
            try store.update(approval, answer: nil)
        }
    }

    /// Ends those of these that nobody decided, or used, in time; returns which.
    mutating func expireApprovals(_ ids: [String]) throws -> [String] {
        var ended: [AdministrativeAct] = []
        for id in ids {
            guard var approval = try store.approval(id: id), approval.isOverdue(at: now),
                [.pending, .approved].contains(approval.status)
            else { continue }
            approval.status = .expired
            try store.update(approval, answer: nil)
            record.note(approval)
            ended.append(record)
        }
        parts = ended
        return ended.compactMap(\.approval)
    }

    /// The shortest time that any of the terms leaves, from a second to a week.
    private static func end(of terms: [ApprovalTerms], from now: Int64) -> Int64 {
        let shortest = terms.map(\.lifetime).min() ?? ApprovalTerms.usualLifetime
        let seconds = min(max(shortest.components.seconds, 1), 7 * 86_400)
        return now + seconds * 1_000_000_000
    }
}
