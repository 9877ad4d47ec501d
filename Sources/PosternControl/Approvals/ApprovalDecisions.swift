/// `POST /v1/approvals/{approval}/approve`.
package struct ApprovalApproveRequest: Encodable, Sendable {
    /// In whose name, where the approval asks for somebody by name.
    package var approver: String?
    /// Also where a part of the request is not shown.
    package var unseen: Bool?

    package init() {}
}

/// `POST /v1/approvals/{approval}/deny`.
package struct ApprovalDenyRequest: Encodable, Sendable {
    /// In whose name, where the approval asks for somebody by name.
    package var approver: String?
    /// Why, for whoever asked.
    package var reason: String?

    package init() {}
}
