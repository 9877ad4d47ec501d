internal import CLinux
package import PosternCore
internal import Synchronization

/// Asks persons about requests, and has those that are approved carried out.
///
///     pending -> approved -> executing -> executed | failed
///             -> denied
///             -> expired
///
/// Every step is durable, and in the audit log, before anything follows from it. A request that the daemon sends is sent at
/// most once, whenever the process ends: what was being sent then has failed, for its outcome is not known.
package final class ApprovalBoard: Sendable {
    let administration: Administration
    let settings: @Sendable () -> ApprovalSettings
    let portalURL: @Sendable () -> String

    /// Asks over a store; `settings` and `portalURL`, what the addresses of pages begin with, may change meanwhile.
    package init(
        administration: Administration,
        settings: @escaping @Sendable () -> ApprovalSettings,
        portalURL: @escaping @Sendable () -> String
    ) {
        self.administration = administration
        self.settings = settings
        self.portalURL = portalURL
    }

    /// Names who sends what was approved, and begins with what was left over from before the daemon started.
    package func start(carrier: any CallCarrier) async throws(AdministrationError) {}

    /// Answers everybody who waits, and sends nothing more; what is approved is sent after the next start.
    package func stop() {}

    /// Ends what nobody decided in time, and forgets what is over since a week; to be called now and then.
    package func expireDue() async throws(AdministrationError) {}
}

extension ApprovalBoard: ApprovalDesk {
    package func ask(
        _ request: FrozenRequest,
        under terms: [ApprovalTerms],
        by route: ApprovalRoute,
        completion: @escaping @Sendable (ApprovalAnswer) -> Void
    ) { completion(.unavailable) }
}

extension ApprovalBoard {
    /// How it stands with an approval, for whoever asked for it; waits so long, at most 25 s, for it to become final.
    ///
    /// `nil` if there is none, or it is another principal's. The application sees those of its users, too.
    package func status(
        _ id: String,
        of principal: PrincipalID,
        wait: Duration = .zero
    ) async throws(AdministrationError) -> ApprovalStatus? { nil }

    /// What came of an approval; `nil` if there is none, or it is another principal's.
    package func result(
        _ id: String,
        of principal: PrincipalID
    ) async throws(AdministrationError) -> ApprovalResult? { nil }
}

extension ApprovalBoard {
    /// What there is to decide, or was, newest first: an operator sees everything, anybody else only what they are asked.
    package func cases(
        for approver: Approver,
        in states: Set<StoredApproval.Status> = [.pending],
        _ page: Page = Page(limit: 100)
    ) async throws(AdministrationError) -> [ApprovalCase] { [] }

    /// One request, by its own id or a gate's.
    ///
    /// - Throws: ``AdministrationError/notFound(kind:name:)``, also where the approver is not asked.
    package func approvalCase(
        _ reference: String,
        for approver: Approver
    ) async throws(AdministrationError) -> ApprovalCase { throw .notFound(kind: "approval", name: "") }

    /// Approves a request, by its own id or a gate's; when the last gate has, it is carried out, which is not waited for.
    ///
    /// - Throws: a conflict `approval_decided` or `approval_expired` where there is nothing to decide any more.
    package func approve(
        _ reference: String,
        by approver: Approver
    ) async throws(AdministrationError) -> ApprovalStatus { throw .notFound(kind: "approval", name: "") }

    /// Denies a request, by its own id or a gate's, whatever the other gates say.
    package func deny(
        _ reference: String,
        reason: String?,
        by approver: Approver
    ) async throws(AdministrationError) -> ApprovalStatus { throw .notFound(kind: "approval", name: "") }
}
