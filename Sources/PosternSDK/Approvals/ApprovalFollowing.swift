package import PosternAdmin
package import PosternCore

/// Follows what becomes of requests about which persons are asked.
///
/// Implemented by the board on which they are decided, and by tests.
package protocol ApprovalFollowing: Sendable {
    /// How it stands with an approval, once it is final or the wait is over; `nil` if this one asked for none such.
    func status(
        _ id: String,
        of asker: Asker,
        wait: Duration
    ) async throws(AdministrationError) -> ApprovalStatus?

    /// What came of it; `nil` if this one asked for none such.
    func result(_ id: String, of asker: Asker) async throws(AdministrationError) -> ApprovalResult?
}

extension ApprovalBoard: ApprovalFollowing {}
