internal import GRDB
internal import PosternCore

extension Transaction {
    func approval(id: String) throws -> StoredApproval? {
        try row(.approvals, "id", id, as: ApprovalRow.self)?.opened(values)
    }

    func approval(gateID: String) throws -> StoredApproval? {
        // Whatever else holds the id is told apart afterwards.
        let rows: [ApprovalRow] = try rows(.approvals, where: "instr(gates, ?) > 0", [gateID], newestFirst: true)
        return try rows.first { $0.hasGate(gateID) }?.opened(values)
    }

    func approvals(
        of asker: Asker?,
        in states: Set<StoredApproval.Status>,
        _ page: Page
    ) throws -> [StoredApproval] {
        let (condition, arguments) = Self.condition(asker, states)
        let rows: [ApprovalRow] = try rows(.approvals, where: condition, arguments, page, newestFirst: true)
        return try rows.map { try $0.opened(values) }
    }

    func approvalCount(of asker: Asker?, in states: Set<StoredApproval.Status>) throws -> Int {
        let (condition, arguments) = Self.condition(asker, states)
        return try count(.approvals, where: condition, arguments)
    }

    func approval(fingerprint: KeyDigest, in states: Set<StoredApproval.Status>) throws -> StoredApproval? {
        let (condition, arguments) = Self.condition(nil, states)
        let rows: [ApprovalRow] = try rows(
            .approvals,
            where: "\(condition) AND fingerprint = ?",
            arguments + [fingerprint.databaseValue],
            Page(limit: 1),
            newestFirst: true
        )
        return try rows.first?.opened(values)
    }

    /// Every approval, still encrypted.
    func approvalRows() throws -> [ApprovalRow] { try rows(.approvals) }

    func insert(_ approval: StoredApproval) throws { try insert(row: try ApprovalRow(approval, values)) }

    func update(_ approval: StoredApproval) throws { try update(row: try ApprovalRow(approval, values)) }

    func deleteApprovals(overBefore time: Int64) throws {
        let due: [ApprovalRow] = try rows(
            .approvals,
            where: """
                status IN ('executed', 'failed', 'denied', 'expired')
                AND coalesce(executed_at, decided_at, expires_at) < ?
                """,
            [time]
        )
        for row in due { try delete(row.id, from: .approvals) }
        if !due.isEmpty { hasForgotten = true }
    }

    private static func condition(
        _ asker: Asker?,
        _ states: Set<StoredApproval.Status>
    ) -> (String, StatementArguments) {
        let texts = states.map(\.rawValue).sorted()
        let isOne = "status IN (\(texts.map { _ in "?" }.joined(separator: ", ")))"
        guard let asker else { return (isOne, StatementArguments(texts)) }
        let (kind, id) = asker.principal.columns
        let condition = "\(isOne) AND principal = ? AND principal_id IS ? AND agent_id IS ?"
        return (condition, StatementArguments(texts) + [kind, id, asker.agentID])
    }
}
