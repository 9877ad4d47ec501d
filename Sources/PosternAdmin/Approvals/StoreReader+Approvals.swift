internal import PosternCore

extension StoreReader {
    /// The approval of this id, or of which a gate has it, as far as an approver is asked.
    func existingApproval(_ reference: String, for approver: Approver) throws -> StoredApproval {
        let found = Identifier.isOne(reference) ? try approval(id: reference) ?? approval(gateID: reference) : nil
        // Whoever is at the control socket sees everything, in whatever name.
        guard let found, try approver.by.userID != nil || found.names(approver) else {
            throw AdministrationError.notFound(kind: "approval", name: TextRules.shown(reference))
        }
        return found
    }

    /// How an identical request stands that was asked about before.
    func standing(
        of fingerprint: KeyDigest,
        sender: StoredApproval.Sender,
        under terms: [ApprovalTerms],
        now: Int64
    ) throws -> ApprovalStanding {
        // A denial is one for as long as there was to decide: nobody is asked again and again.
        let states: Set<StoredApproval.Status>
        switch sender {
        case .daemon: states = [.pending, .denied]
        case .client: states = [.pending, .approved, .denied]
        }
        guard let found = try approval(fingerprint: fingerprint, in: states), !found.isOverdue(at: now) else {
            return .none
        }
        if found.status == .denied { return .open(found) }
        if let end = try end(of: found.asker, key: found.keyID, now: now) { return .void(found, end) }
        return try ApprovalGate.areEnough(ApprovalGate.gates(found.gates), under: terms)
            ? .open(found) : .void(found, .superseded)
    }

    /// How it stands with an approval, for whoever asked for it.
    func approval(_ id: String, askedBy asker: Asker) throws -> StoredApproval? {
        guard Identifier.isOne(id), let found = try approval(id: id) else { return nil }
        if found.asker == asker { return found }
        // The application asks for its users, and without their tokens afterwards.
        if case .user = found.asker.principal, asker.principal == .app { return found }
        return nil
    }
}

/// How a request stands about which persons may have been asked before.
enum ApprovalStanding {
    /// Nobody was.
    case none
    /// It waits for that approval, or goes by it.
    case open(StoredApproval)
    /// Nothing may come of that approval any more, though it is not over.
    case void(StoredApproval, ApprovalEnd)
}

extension StoredApproval {
    /// How long what was approved may be sent from the decision on, at least: five minutes.
    static let grace: Int64 = 300 * 1_000_000_000

    /// How long what was approved may still be sent.
    var usableUntil: Int64 { max(expiresAt, (decidedAt ?? 0) + StoredApproval.grace) }

    /// Whether nothing may come of it any more, though that is not written down yet.
    func isOverdue(at now: Int64) -> Bool {
        switch status {
        case .pending, .denied: expiresAt <= now
        case .approved: usableUntil <= now
        case .executing, .executed, .failed, .expired: false
        }
    }

    /// Whether somebody is asked about it by name, or is an operator.
    func names(_ approver: Approver) throws -> Bool {
        guard let name = approver.name else { return true }
        return try ApprovalGate.gates(gates).contains { $0.approver == name }
    }

    /// How it stands at a time.
    func described(at now: Int64) throws -> ApprovalStatus {
        let shown = status != .denied && isOverdue(at: now) ? .expired : status
        let gates = try ApprovalGate.gates(gates).map { gate in
            var gate = gate
            if gate.status == .pending, [.expired, .failed].contains(shown) { gate.status = .expired }
            return gate
        }
        return ApprovalStatus(
            id: id,
            principal: asker.principal,
            grant: grantID,
            sender: sender,
            status: shown,
            gates: gates,
            createdAt: createdAt,
            expiresAt: expiresAt,
            decidedAt: decidedAt,
            decisionReason: decisionReason,
            executedAt: executedAt,
            failure: failure
        )
    }
}
