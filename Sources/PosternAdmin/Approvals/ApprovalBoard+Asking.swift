package import PosternCore

extension ApprovalBoard: ApprovalDesk {
    package func ask(
        _ request: FrozenRequest,
        under terms: [ApprovalTerms],
        by route: ApprovalRoute,
        completion: @escaping @Sendable (ApprovalAnswer) -> Void
    ) {
        switch route {
        case .execution(let approval): completion(answer(request, under: terms, executing: approval))
        case .api: start(completion) { try await self.answer(request, under: terms) }
        case .proxy(let patience):
            start(completion) { try await self.answer(request, under: terms, patience: patience) }
        }
    }

    package func giveBack(_ approval: String) {
        // Whoever gives it back has nobody to wait for it; if it cannot be written, the approval is used up.
        Task { _ = try? await administration.act("approval_give_back", by: .daemon) { try $0.giveBack(approval) } }
    }

    /// Enters what is asynchronous: whoever asks is called back.
    private func start(
        _ completion: @escaping @Sendable (ApprovalAnswer) -> Void,
        _ work: @escaping @Sendable () async throws -> ApprovalAnswer
    ) {
        Task {
            do { completion(try await work()) } catch let error as AdministrationError {
                completion(ApprovalBoard.answer(to: error))
            } catch { completion(.unavailable) }
        }
    }

    private static func answer(to error: AdministrationError) -> ApprovalAnswer {
        switch error {
        case .conflict(_, let reason, _): .refused(reason: reason)
        case .invalid, .notFound, .auditUnavailable, .notInForce, .store: .unavailable
        }
    }

    private func answer(_ request: FrozenRequest, under terms: [ApprovalTerms]) async throws -> ApprovalAnswer {
        let approval = try await approval(of: request, under: terms, sender: .daemon)
        return approval.status == .denied ? .denied(approval: approval.id) : .pending(try pending(approval))
    }

    private func answer(
        _ request: FrozenRequest,
        under terms: [ApprovalTerms],
        patience: Duration
    ) async throws -> ApprovalAnswer {
        let former = try await approval(of: request, under: terms, sender: .client)
        let place = former.status == .pending ? watch.take(former.id) : nil
        defer { if let place { watch.leave(place) } }
        let approval = try await wait(for: former.id, atMost: patience, place: place) { $0.status != .pending }
        guard let approval else { return .unavailable }
        switch approval.status {
        case .pending where approval.isOverdue(at: now), .expired: return .expired(approval: approval.id)
        case .pending: return .pending(try pending(approval))
        case .denied: return .denied(approval: approval.id)
        case .approved:
            // Of those who wait it is the one who came last: others may have given up, and been followed by that one.
            guard place.map(watch.isNewest) ?? true else { return ApprovalBoard.used }
            let begun = try await begin(approval.id).approval
            return begun.status == .executed ? .granted(approval: approval.id) : ApprovalBoard.void
        case .failed where approval.executedAt == nil: return ApprovalBoard.void
        case .executing, .executed, .failed: return ApprovalBoard.used
        }
    }

    private static let void = ApprovalAnswer.refused(reason: "nothing may come of what was asked any more")
    private static let used = ApprovalAnswer.refused(reason: "an identical request has used the approval")

    /// The approval that a request stands under, which is asked for now if there is none.
    private func approval(
        of request: FrozenRequest,
        under terms: [ApprovalTerms],
        sender: StoredApproval.Sender
    ) async throws(AdministrationError) -> StoredApproval {
        let fingerprint = request.fingerprint(sender: sender)
        let now = now
        // First without a transaction: clients ask again and again.
        let standing = try await administration.read {
            try $0.standing(of: fingerprint, sender: sender, under: terms, now: now)
        }
        if case .open(let former) = standing { return former }
        let settings = settings()
        let question = try await question(request.withShortReason, sender, fingerprint, settings)
        let asked: StoredApproval
        do {
            asked = try await administration.act("approval_request", by: .daemon) {
                try $0.requestApproval(question, under: terms, settings: settings)
            }
        } catch {
            if case .conflict("too_many_approvals", _, _) = error {
                limiter.noteFull(request.asker, count: settings.maxPending, now: now)
            }
            throw error
        }
        if case .void(let former, _) = standing { watch.wake(former.id) }
        return asked
    }

    /// Makes ready what persons are asked, unless whoever asks may not ask that, or not so often.
    private func question(
        _ request: FrozenRequest,
        _ sender: StoredApproval.Sender,
        _ fingerprint: KeyDigest,
        _ settings: ApprovalSettings
    ) async throws(AdministrationError) -> ApprovalQuestion {
        try ApprovalQuestion.check(request, settings)
        try limiter.count(request.asker, now: now, maxPending: settings.maxPending)
        let names = try await administration.read { try $0.names(in: request) }
        return ApprovalQuestion(request, sender: sender, fingerprint: fingerprint, names: names)
    }
}
