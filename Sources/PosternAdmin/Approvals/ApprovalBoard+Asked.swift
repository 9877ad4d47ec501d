package import PosternCore

// What whoever asked is told.
extension ApprovalBoard {
    /// How it stands with an approval, for whoever asked for it; waits so long, at most 25 s, for it to become final.
    ///
    /// `nil` if there is none, or another one asked for it. The application sees those of its users, too.
    package func status(
        _ id: String,
        of asker: Asker,
        wait patience: Duration = .zero
    ) async throws(AdministrationError) -> ApprovalStatus? {
        // The place is taken before it is looked, so that nothing happens unseen in between.
        let place = patience > .zero ? watch.take(id) : nil
        defer { if let place { watch.leave(place) } }
        guard try await administration.read({ try $0.approval(id, askedBy: asker) }) != nil else { return nil }
        let approval = try await wait(for: id, atMost: min(patience, .seconds(25)), place: place) { approval in
            approval.status.isOver || approval.sender == .client && approval.status == .approved
        }
        let hasResult = try await administration.read { try $0.keepsAnswer(ofApproval: id) }
        do {
            var status = try approval?.described(at: now)
            status?.hasResult = hasResult
            return status
        } catch { throw AdministrationError(error) }
    }

    /// What came of an approval; `nil` if there is none, or another one asked for it.
    package func result(
        _ id: String,
        of asker: Asker
    ) async throws(AdministrationError) -> ApprovalResult? {
        let now = now
        let found = try await administration.read { store -> (StoredApproval, Secret?)? in
            guard let approval = try store.approval(id, askedBy: asker) else { return nil }
            return (approval, try store.answer(ofApproval: id))
        }
        do { return try found.map { approval, answer in try approval.outcome(answer, at: now) } } catch {
            throw AdministrationError(error)
        }
    }
}

extension StoredApproval {
    fileprivate func outcome(_ answer: Secret?, at now: Int64) throws -> ApprovalResult {
        switch status {
        case .pending, .approved: isOverdue(at: now) ? .expired : .open(status)
        case .executing: .open(status)
        case .denied: .denied(reason: decisionReason)
        case .expired: .expired
        case .failed: .failed(code: failure ?? "internal_error")
        case .executed where sender == .client: .sent
        case .executed: try answer.map { .answered(try CallAnswer(packed: $0)) } ?? .forgotten
        }
    }
}
