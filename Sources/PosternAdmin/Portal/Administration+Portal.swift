package import PosternCore

extension Administration {
    /// Makes a code that lets an approver of this name into the portal once, or an operator if it is `nil`.
    ///
    /// Whoever gets it can do all that is asked of that name, so it is recorded who made it.
    package func issueCode(
        from sessions: PortalSessions,
        for approver: String?,
        by operator: Operator
    ) async throws(AdministrationError) -> (code: String, expiresAt: Int64) {
        try TextRules.check(approver, "approver")
        return try await act("portal_login", by: `operator`) { act in
            act.record.detail = approver.map { "as \($0)" }
            return sessions.issueCode(for: approver)
        }
    }
}
