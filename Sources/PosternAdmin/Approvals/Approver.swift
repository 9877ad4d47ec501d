package import PosternCore

/// Whoever decides about a request.
package struct Approver: Hashable, Sendable {
    /// The name by which gates ask for this person; `nil` for an operator, who decides what is open to any of them.
    package let name: String?
    /// For the audit log.
    package let by: Operator

    /// Somebody who was let in at the portal or the control socket.
    package init(name: String?, by operator: Operator) {
        self.name = name
        by = `operator`
    }

    /// Somebody with a session of the portal.
    package init(_ session: PortalSession) {
        self.init(
            name: session.approver,
            by: Operator(userID: nil, name: "portal \(session.approver ?? "operator")")
        )
    }
}
