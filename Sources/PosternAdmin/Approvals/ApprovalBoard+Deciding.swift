package import PosternCore

extension ApprovalBoard {
    /// What there is to decide, or was, newest first: an operator sees everything, anybody else only what they are asked.
    ///
    /// Of the requests there is only what is said of them in short.
    package func cases(
        for approver: Approver,
        in states: Set<StoredApproval.Status> = [.pending],
        _ page: Page = Page(limit: 100)
    ) async throws(AdministrationError) -> [ApprovalCase] {
        let filter = ApprovalFilter(states, approver: approver.name)
        let found = try await administration.read { try $0.approvals(filter, page) }
        let now = now
        do { return try found.map { try ApprovalCase($0, before: approver, at: now) } } catch {
            throw AdministrationError(error)
        }
    }

    /// How many there are of them in all.
    package func caseCount(
        for approver: Approver,
        in states: Set<StoredApproval.Status>
    ) async throws(AdministrationError) -> Int {
        let filter = ApprovalFilter(states, approver: approver.name)
        return try await administration.read { try $0.approvalCount(filter) }
    }

    /// One request, by its own id or a gate's.
    ///
    /// - Throws: ``AdministrationError/notFound(kind:name:)``, also where the approver is not asked.
    package func approvalCase(
        _ reference: String,
        for approver: Approver
    ) async throws(AdministrationError) -> ApprovalCase {
        let (approval, packed) = try await administration.read { store in
            let approval = try store.existingApproval(reference, for: approver)
            return (approval, try store.frozenRequest(ofApproval: approval.id))
        }
        // The words are found out here, where nobody waits for them.
        let text: ApprovalText
        if let packed {
            guard let request = try? FrozenRequest(packed: packed) else {
                throw .store(.corrupt(reason: "the request of an approval cannot be read"))
            }
            let names = try await administration.read { try $0.names(in: request) }
            text = ApprovalText(request, names: names)
        } else {
            text = ApprovalText(approval)
        }
        do { return try ApprovalCase(approval, text, before: approver, reference, at: now) } catch {
            throw AdministrationError(error)
        }
    }

    /// Approves a request, by its own id or a gate's; when the last gate has, it is carried out, which is not waited for.
    ///
    /// `unseen` is whether that also holds for what is not shown of it, where ``ApprovalText/isPartial``.
    ///
    /// - Throws: a conflict `approval_decided`, `approval_expired`, `approval_not_yours` or `approval_partly_shown`.
    package func approve(
        _ reference: String,
        unseen: Bool = false,
        by approver: Approver
    ) async throws(AdministrationError) -> ApprovalStatus {
        try await decide("approval_approve", reference, .approve(unseen: unseen), by: approver)
    }

    /// Denies a request, by its own id or a gate's, whatever the other gates say.
    package func deny(
        _ reference: String,
        reason: String?,
        by approver: Approver
    ) async throws(AdministrationError) -> ApprovalStatus {
        try await decide("approval_deny", reference, .deny(reason: reason), by: approver)
    }

    private func decide(
        _ action: StaticString,
        _ reference: String,
        _ decision: ApprovalDecision,
        by approver: Approver
    ) async throws(AdministrationError) -> ApprovalStatus {
        let now = now
        let (approval, status) = try await administration.act(action, by: approver.by) { act in
            let approval = try act.decide(reference, decision, by: approver)
            return (approval, try approval.described(at: now))
        }
        limiter.noteRoom(approval.asker)
        watch.wake(approval.id)
        execute(approval)
        return status
    }
}

extension ApprovalCase {
    /// An approval, and what of it an approver may decide; in the words of its outline unless there are others.
    fileprivate init(
        _ approval: StoredApproval,
        _ text: ApprovalText? = nil,
        before approver: Approver,
        _ reference: String? = nil,
        at now: Int64
    ) throws {
        let status = try approval.described(at: now)
        self.init(
            status: status,
            text: text ?? ApprovalText(approval),
            gate: status.status == .pending
                ? status.gates.first { $0.isOpen(to: approver, reference, of: approval.id) } : nil
        )
    }
}

extension StoreReader {
    /// The names by which people know what a request is about.
    func names(in request: FrozenRequest) throws -> ApprovalNames {
        var names = ApprovalNames()
        if case .user(let id) = request.principal { names.user = try user(id: id)?.subject ?? id }
        names.onBehalfOf = try request.attribution.user.map { try user(id: $0)?.subject ?? $0 }
        if let grant = try grant(id: request.grant), let secret = try secret(id: grant.secretID) {
            names.secret = secret.kind == .managed ? secret.name : nil
            names.account = try connection(secretID: secret.id)?.account
            names.provider = secret.provider
        }
        return names
    }
}
