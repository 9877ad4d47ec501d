package import PosternAdmin
package import PosternCore

/// Begins and follows users' ways through connecting their accounts.
///
/// Implemented by the desk that takes them through it, and by tests.
package protocol ConnectSessions: Sendable {
    func begin(
        _ new: NewConnectSession,
        by operator: Operator
    ) async throws(AdministrationError) -> BegunConnectSession

    /// How a session went, for whoever has the token that `begin` gave.
    func poll(_ token: String) async throws(AdministrationError) -> ConnectProgress
}

extension ConnectDesk: ConnectSessions {}
