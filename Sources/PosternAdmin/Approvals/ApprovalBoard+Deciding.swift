package import PosternCore

extension ApprovalBoard {
    /// What there is to decide, or was, newest first: an operator sees everything, anybody else only what they are asked.
    package func cases(
        for approver: Approver,
        in states: Set<StoredApproval.Status> = [.pending],
        _ page: Page = Page(limit: 100)
    ) async throws(AdministrationError) -> [ApprovalCase] {
        let now = now
        return try await administration.read { store in
            try store.approvals(of: nil, in: states, Page())
                .filter { try $0.names(approver) }
                .dropFirst(page.offset).prefix(page.limit)
                .map { try store.put($0, before: approver, at: now) }
        }
    }

    /// One request, by its own id or a gate's.
    ///
    /// - Throws: ``AdministrationError/notFound(kind:name:)``, also where the approver is not asked.
    package func approvalCase(
        _ reference: String,
        for approver: Approver
    ) async throws(AdministrationError) -> ApprovalCase {
        let now = now
        return try await administration.read { store in
            try store.put(try store.existingApproval(reference, for: approver), before: approver, reference, at: now)
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
        watch.wake(approval.id)
        execute(approval)
        return status
    }
}

extension StoreReader {
    /// A request in words, and what of it an approver may decide.
    fileprivate func put(
        _ approval: StoredApproval,
        before approver: Approver,
        _ reference: String? = nil,
        at now: Int64
    ) throws -> ApprovalCase {
        let request: FrozenRequest
        do { request = try FrozenRequest(packed: approval.request) } catch {
            throw StoreError.corrupt(reason: "the request of an approval cannot be read")
        }
        let status = try approval.described(at: now)
        return ApprovalCase(
            status: status,
            text: ApprovalText(request, names: try names(in: request)),
            gate: status.status == .pending
                ? status.gates.first { $0.isOpen(to: approver, reference, of: approval.id) } : nil
        )
    }

    /// The names by which people know what a request is about.
    private func names(in request: FrozenRequest) throws -> ApprovalNames {
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
