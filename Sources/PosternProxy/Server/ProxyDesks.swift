package import PosternCore
internal import Synchronization

/// Those beside the event loops whom they ask: each is there once the daemon has opened what it needs.
package final class ProxyDesks: Sendable {
    private struct Desks {
        var service: (any OwnService)?
        var approvals: (any ApprovalDesk)?
        var refresher: (any CredentialRefresher)?
    }

    private let desks = Mutex(Desks())

    package init() {}

    /// Opens all of them.
    package func open(
        service: any OwnService,
        approvals: any ApprovalDesk,
        refresher: any CredentialRefresher
    ) {
        desks.withLock { $0 = Desks(service: service, approvals: approvals, refresher: refresher) }
    }

    /// Answers requests to Postern itself.
    var service: (any OwnService)? { desks.withLock { $0.service } }
    /// Asks persons.
    var approvals: (any ApprovalDesk)? { desks.withLock { $0.approvals } }
    /// Renews access tokens.
    var refresher: (any CredentialRefresher)? { desks.withLock { $0.refresher } }
}
