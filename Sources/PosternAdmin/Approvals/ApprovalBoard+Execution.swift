package import PosternCore
internal import Synchronization

extension ApprovalBoard {
    /// How long what came of an approval is kept.
    private static let retention: Int64 = 7 * 86_400 * 1_000_000_000
    /// What was frozen is read once more to be forgotten.
    private static let maxEndedAtOnce = 16

    /// Names who sends what was approved, and begins with what was left over from before the daemon started.
    package func start(carrier: any CallCarrier) async throws(AdministrationError) {
        for approval in try await administration.read({ try $0.approvals(ApprovalFilter([.executing]), Page()) }) {
            // It may have been sent, so it is not sent again.
            try await write(.failed(code: "outcome_unknown"), of: approval.id)
        }
        execution.withLock { $0.carrier = carrier }
        try await expireDue()
    }

    /// Answers everybody who waits and begins nothing more; returns when nothing is being sent, or after so long.
    ///
    /// What is approved is sent after the next start.
    package func stop(patience: Duration = .seconds(10)) async {
        execution.withLock { $0.carrier = nil }
        watch.end()
        let end = ContinuousClock.now + patience
        while execution.withLock({ $0.running > 0 }), .now < end { try? await Task.sleep(for: .milliseconds(20)) }
    }

    /// Ends what nobody decided in time, makes up for what could not be done at its time, and forgets what is over since a week.
    ///
    /// To be called now and then.
    package func expireDue() async throws(AdministrationError) {
        for (id, outcome) in execution.withLock({ $0.unwritten }) { try await write(outcome, of: id) }
        let now = now
        try await expire(now)
        for approval in try await administration.read({ try $0.approvals(ApprovalFilter([.approved]), Page()) }) {
            execute(approval)
        }
        try await forgetOld(now)
    }

    /// Ends what is overdue, some at a time, so that nobody waits until all are.
    private func expire(_ now: Int64) async throws(AdministrationError) {
        while true {
            let due = try await administration.read {
                try $0.approvals(overdueAt: now, usableFor: StoredApproval.grace, limit: ApprovalBoard.maxEndedAtOnce)
            }
            guard !due.isEmpty else { return }
            let ended = try await administration.act("approval_expire", by: .daemon) { try $0.expireApprovals(due) }
            for id in ended { watch.wake(id) }
            guard !ended.isEmpty, due.count == ApprovalBoard.maxEndedAtOnce else { return }
        }
    }

    private func forgetOld(_ now: Int64) async throws(AdministrationError) {
        let isLongAgo = execution.withLock { execution in
            defer { if now - execution.lastForgetting > 3600 * 1_000_000_000 { execution.lastForgetting = now } }
            return now - execution.lastForgetting > 3600 * 1_000_000_000
        }
        guard isLongAgo else { return }
        try await administration.settle { [store = administration.store] in
            try store.write { try $0.deleteApprovals(overBefore: now - ApprovalBoard.retention) }
        }
    }

    /// Has the daemon send a request that it is to send, if it is approved.
    func execute(_ approval: StoredApproval) {
        guard approval.status == .approved, approval.sender == .daemon else { return }
        let carrier = execution.withLock { execution in
            if execution.carrier != nil { execution.running += 1 }
            return execution.carrier
        }
        guard let carrier else { return }
        // Whoever approves does not wait for the upstream.
        Task {
            await execute(approval, with: carrier)
            execution.withLock { $0.running -= 1 }
        }
    }

    private func execute(_ approval: StoredApproval, with carrier: any CallCarrier) async {
        let id = approval.id
        // Where it fails that is recorded; if nothing could be written, it is tried again later.
        guard let (begun, packed) = try? await begin(id), begun.status == .executing else { return }
        guard let packed, let request = try? FrozenRequest(packed: packed) else {
            execution.withLock { $0.unwritten[id] = .failed(code: "internal_error") }
            return
        }
        execution.withLock { $0.begun[id] = begun }
        let result = await carrier.carry(ProxiedCall(request, approval: id))
        let outcome = execution.withLock { execution in
            execution.begun[id] = nil
            let refusal = execution.refused.removeValue(forKey: id)
            let outcome = refusal.map { ExecutionOutcome.failed(code: $0.rawValue) } ?? ExecutionOutcome(result)
            execution.unwritten[id] = outcome
            return outcome
        }
        try? await write(outcome, of: id)
    }

    /// Begins to carry out what is approved, or ends it where whoever asked may not ask any more.
    ///
    /// Returns what was frozen, packed, where the daemon is to send it.
    func begin(_ id: String) async throws(AdministrationError) -> (approval: StoredApproval, packed: Secret?) {
        let begun = try await administration.act("approval_execute", by: .daemon) { act in
            let approval = try act.beginExecution(id)
            return (approval, try act.store.frozenRequest(ofApproval: id))
        }
        watch.wake(id)
        return begun
    }

    /// Answers the pipeline when it asks whether the daemon may send what it sends, once.
    ///
    /// `terms` are those that hold now: everybody whom they ask has to be among those who have approved.
    func answer(_ request: FrozenRequest, under terms: [ApprovalTerms], executing id: String) -> ApprovalAnswer {
        let begun = execution.withLock { $0.begun.removeValue(forKey: id) }
        guard let begun, begun.fingerprint == request.fingerprint(sender: .daemon),
            let gates = try? ApprovalGate.gates(begun.gates)
        else { return .refused(reason: "it is not what was approved") }
        guard ApprovalGate.areEnough(gates.filter { $0.status == .approved }, under: terms) else {
            execution.withLock { $0.refused[id] = .superseded }
            return .refused(reason: "somebody has to approve it by now who was not asked")
        }
        return .granted(approval: id)
    }

    private func write(_ outcome: ExecutionOutcome, of id: String) async throws(AdministrationError) {
        try await administration.act("approval_finish", by: .daemon) { [room] in
            try $0.endExecution(id, outcome, within: room)
        }
        execution.withLock { _ = $0.unwritten.removeValue(forKey: id) }
        watch.wake(id)
    }
}

extension ProxiedCall {
    /// The call that a frozen request becomes when it is approved.
    init(_ request: FrozenRequest, approval: String) {
        self.init(
            principal: request.principal,
            grant: request.grant,
            method: request.method,
            url: request.url,
            fields: request.fields.map { ($0.name, $0.value) },
            body: request.body.isEmpty ? nil : request.body,
            attribution: request.attribution,
            rule: request.rule,
            approval: approval
        )
    }
}
