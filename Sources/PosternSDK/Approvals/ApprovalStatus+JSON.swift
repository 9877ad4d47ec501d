internal import PosternAdmin
internal import PosternCore

extension ApprovalStatus {
    /// How it stands, as clients read it.
    var json: JSONText {
        .object([
            ("approval_id", .text(id)),
            ("approval_group_id", .text(id)),
            ("status", .text(status.rawValue)),
            ("gates", .list(gates.map { $0.json(expiresAt: expiresAt) })),
            ("expires_at", .time(expiresAt)),
            ("decided_at", .time(decidedAt)),
            ("decision_reason", .text(decisionReason)),
            ("executed_at", .time(executedAt)),
            ("execution_error", .text(failure)),
            ("has_result", .boolean(hasResult)),
        ])
    }
}

extension ApprovalGate {
    fileprivate func json(expiresAt: Int64) -> JSONText {
        .object([
            ("approval_id", .text(id)), ("status", .text(status.rawValue)), ("expires_at", .time(expiresAt)),
            ("decided_at", .time(decidedAt)),
        ])
    }
}

extension PendingApproval {
    /// What a client is answered whose call waits; `now` is in nanoseconds since 1970.
    func json(now: Int64) -> JSONText {
        .object(
            PendingApproval.members(id, expiresAt, url: gates.first?.url, now: now) + [
                ("approval_group_id", .text(id)),
                ("status", .text(StoredApproval.Status.pending.rawValue)),
                (
                    "gates",
                    .list(
                        gates.map { gate in
                            .object(PendingApproval.members(gate.id, gate.expiresAt, url: gate.url, now: now))
                        }
                    )
                ),
            ]
        )
    }

    private static func members(_ id: String, _ expiresAt: Int64, url: String?, now: Int64) -> [(String, JSONText)] {
        [
            ("approval_id", .text(id)), ("expires_at", .time(expiresAt)),
            ("expires_in", .integer(Int(max(expiresAt - now, 0) / 1_000_000_000))), ("approval_url", .text(url)),
        ]
    }
}
