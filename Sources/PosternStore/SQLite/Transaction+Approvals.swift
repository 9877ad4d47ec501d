internal import GRDB
internal import PosternCore

extension Transaction {
    func approval(id: String) throws -> StoredApproval? { try row(.approvals, "id", id) }

    func approval(gateID: String) throws -> StoredApproval? {
        // Whatever else holds the id is told apart afterwards.
        let rows: [StoredApproval] = try rows(.approvals, where: "instr(gates, ?) > 0", [gateID], newestFirst: true)
        return rows.first { $0.hasGate(gateID) }
    }

    func approvals(_ filter: ApprovalFilter, _ page: Page) throws -> [StoredApproval] {
        try rows(.approvals, where: filter.condition, filter.arguments, page, newestFirst: true)
    }

    func approvalCount(_ filter: ApprovalFilter) throws -> Int {
        try count(.approvals, where: filter.condition, filter.arguments)
    }

    func approval(fingerprint: KeyDigest, in states: Set<StoredApproval.Status>) throws -> StoredApproval? {
        let filter = ApprovalFilter(states)
        let rows: [StoredApproval] = try rows(
            .approvals,
            where: "\(filter.condition) AND fingerprint = ?",
            filter.arguments + [fingerprint.databaseValue],
            Page(limit: 1),
            newestFirst: true
        )
        return rows.first
    }

    func approvals(overdueAt now: Int64, usableFor grace: Int64, limit: Int) throws -> [String] {
        let sql = """
            SELECT id FROM approvals
            WHERE status IN ('pending', 'approved') AND expires_at <= ?
            AND (status = 'pending' OR coalesce(decided_at, 0) + ? <= ?)
            ORDER BY rowid LIMIT ?
            """
        return try String.fetchAll(try database.cachedStatement(sql: sql), arguments: [now, grace, now, limit])
    }

    func frozenRequest(ofApproval id: String) throws -> Secret? { try content(.request, ofApproval: id) }

    func answer(ofApproval id: String) throws -> Secret? { try content(.answer, ofApproval: id) }

    func keepsAnswer(ofApproval id: String) throws -> Bool {
        try count(.approvalContents, where: "id = ? AND kind = 'answer'", [id]) > 0
    }

    func keptAnswers() throws -> [KeptAnswer] {
        let sql = """
            SELECT approvals.id, principal, principal_id, agent_id, length(sealed)
            FROM approval_contents JOIN approvals ON approvals.id = approval_contents.id
            WHERE kind = 'answer' ORDER BY approval_contents.rowid
            """
        return try Row.fetchAll(try database.cachedStatement(sql: sql)).map { row in
            var columns = Columns(Array(row.databaseValues), of: .approvals)
            return try KeptAnswer(&columns)
        }
    }

    /// Every content of an approval, still encrypted.
    func approvalContentRows() throws -> [ApprovalContentRow] { try rows(.approvalContents) }

    func insert(_ approval: StoredApproval, request: Secret) throws {
        try insert(row: approval)
        try insert(row: try ApprovalContentRow(request, .request, ofApproval: approval.id, values))
    }

    func update(_ approval: StoredApproval, answer: Secret?) throws {
        try update(row: approval)
        guard approval.status.isOver else { return }
        try forgetContent(ofApproval: approval.id)
        guard let answer else { return }
        try insert(row: try ApprovalContentRow(answer, .answer, ofApproval: approval.id, values))
    }

    func forgetAnswer(ofApproval id: String) throws {
        guard try keepsAnswer(ofApproval: id) else { return }
        try forgetContent(ofApproval: id)
    }

    func deleteApprovals(overBefore time: Int64) throws {
        let due: [StoredApproval] = try rows(
            .approvals,
            where: """
                status IN ('executed', 'failed', 'denied', 'expired')
                AND coalesce(executed_at, decided_at, expires_at) < ?
                """,
            [time]
        )
        for approval in due {
            try forgetContent(ofApproval: approval.id)
            try delete(approval.id, from: .approvals)
        }
    }

    private func content(_ kind: ApprovalContentRow.Kind, ofApproval id: String) throws -> Secret? {
        guard let row: ApprovalContentRow = try row(.approvalContents, "id", id), row.kind == kind else { return nil }
        return try row.opened(values)
    }

    private func forgetContent(ofApproval id: String) throws {
        guard try count(.approvalContents, where: "id = ?", [id]) > 0 else { return }
        try delete(id, from: .approvalContents)
        hasForgotten = true
    }
}

extension ApprovalFilter {
    fileprivate var condition: String {
        var conditions = ["status IN (\(states.map { _ in "?" }.joined(separator: ", ")))"]
        if asker != nil { conditions.append("principal = ? AND principal_id IS ? AND agent_id IS ?") }
        if approver != nil {
            conditions.append("EXISTS (SELECT 1 FROM json_each(gates) WHERE json_extract(value, '$.approver') = ?)")
        }
        if endingAfter != nil { conditions.append("expires_at > ?") }
        return conditions.joined(separator: " AND ")
    }

    fileprivate var arguments: StatementArguments {
        var arguments = StatementArguments(states.map(\.rawValue).sorted())
        if let asker {
            let (kind, id) = asker.principal.columns
            arguments += [kind, id, asker.agentID]
        }
        if let approver { arguments += [approver] }
        if let endingAfter { arguments += [endingAfter] }
        return arguments
    }
}
