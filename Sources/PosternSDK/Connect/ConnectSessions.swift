package import PosternCore

/// Begins and follows a user's way through connecting accounts.
package protocol ConnectSessions: Sendable {}
