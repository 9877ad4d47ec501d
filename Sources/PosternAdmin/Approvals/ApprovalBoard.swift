package import PosternCore
internal import Synchronization

/// Asks persons about requests, and has those that are approved carried out.
///
///     pending -> approved -> executing -> executed | failed
///             -> denied
///             -> expired
///
/// What is pending or approved fails when who asked may do nothing any more, or somebody else has to approve by now.
///
/// Every step is durable, and in the audit log, before anything follows from it. A request that the daemon sends is sent at
/// most once, whenever the process ends: what was being sent then has failed, for its outcome is not known.
package final class ApprovalBoard: Sendable {
    let administration: Administration
    let settings: @Sendable () -> ApprovalSettings
    private let portalURL: @Sendable () -> String
    let watch = ApprovalWatch()
    let limiter = AskLimiter()
    let room: AnswerRoom
    let execution = Mutex(Execution())

    /// What the daemon sends.
    struct Execution {
        var carrier: (any CallCarrier)?
        /// What is being sent, until the pipeline asks whether it may be.
        var begun: [String: StoredApproval] = [:]
        /// What was not let through when the pipeline asked, until that is written down.
        var refused: [String: ApprovalEnd] = [:]
        /// What has been sent and is not written down yet, because it could not be.
        var unwritten: [String: ExecutionOutcome] = [:]
        var lastForgetting: Int64 = 0
        var running = 0
    }

    /// Asks over a store; `settings` and `portalURL`, what the addresses of pages begin with, may change meanwhile.
    package init(
        administration: Administration,
        settings: @escaping @Sendable () -> ApprovalSettings,
        portalURL: @escaping @Sendable () -> String,
        room: AnswerRoom = AnswerRoom()
    ) {
        self.administration = administration
        self.settings = settings
        self.portalURL = portalURL
        self.room = room
    }

    var now: Int64 { administration.now() }

    /// How a client is told that it waits.
    func pending(_ approval: StoredApproval) throws -> PendingApproval {
        PendingApproval(
            id: approval.id,
            expiresAt: approval.expiresAt,
            gates: try ApprovalGate.gates(approval.gates).map { gate in
                PendingApproval.Gate(
                    id: gate.id,
                    expiresAt: approval.expiresAt,
                    url: "\(portalURL())/approvals/\(gate.id)"
                )
            }
        )
    }

    /// Waits until an approval is as it is waited for, at most so long; returns how it is then.
    func wait(
        for id: String,
        atMost patience: Duration,
        place: ApprovalWatch.Place?,
        until isReached: (StoredApproval) -> Bool
    ) async throws(AdministrationError) -> StoredApproval? {
        let end = ContinuousClock.now + patience
        while true {
            let approval = try await administration.read { try $0.approval(id: id) }
            guard let approval, let place, !isReached(approval), !approval.isOverdue(at: now), !watch.isOver else {
                return approval
            }
            let left = min(end - .now, .nanoseconds(approval.expiresAt - now) + .milliseconds(10))
            guard left > .zero else { return approval }
            await place.wait(atMost: left)
        }
    }
}
