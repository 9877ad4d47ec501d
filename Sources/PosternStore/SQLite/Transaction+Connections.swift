internal import GRDB
internal import PosternCore

// Connections, and the ways to them.
extension Transaction {
    func connection(id: String) throws -> StoredConnection? { try row(.connections, "id", id) }

    func connection(secretID: String) throws -> StoredConnection? { try row(.connections, "secret_id", secretID) }

    func connections(ofUser userID: String?, includingRevoked: Bool) throws -> [StoredConnection] {
        let states = includingRevoked ? "1" : "status <> 'revoked'"
        guard let userID else { return try rows(.connections, where: states) }
        return try rows(.connections, where: "user_id = ? AND \(states)", [userID])
    }

    func insert(_ connection: StoredConnection) throws { try insert(row: connection) }

    func update(_ connection: StoredConnection) throws { try update(row: connection) }

    func connectSession(pollDigest: KeyDigest) throws -> StoredConnectSession? {
        try row(.connectSessions, "poll_digest", pollDigest.databaseValue)
    }

    func connectSession(pageDigest: KeyDigest) throws -> StoredConnectSession? {
        try row(.connectSessions, "page_digest", pageDigest.databaseValue)
    }

    func connectSessionCount(ofUser userID: String, agent agentID: String?, at time: Int64, isPending: Bool) throws
        -> Int
    {
        try count(
            .connectSessions,
            where: "user_id = ? AND agent_id IS ? AND expires_at > ? AND \(isPending ? "status = 'pending'" : "1")",
            [userID, agentID, time]
        )
    }

    func insert(_ session: StoredConnectSession) throws { try insert(row: session) }

    func update(_ session: StoredConnectSession) throws { try update(row: session) }

    func deleteConnectSessions(endedBefore time: Int64) throws {
        try deleteRows(.connectSessions, where: "expires_at < ?", [time], as: StoredConnectSession.self)
    }

    func idempotency(_ digest: KeyDigest) throws -> StoredIdempotency? {
        try row(.idempotency, "digest", digest.databaseValue)
    }

    func idempotencyCount(of asker: String) throws -> Int { try count(.idempotency, where: "asker = ?", [asker]) }

    func insert(_ idempotency: StoredIdempotency) throws { try insert(row: idempotency) }

    func deleteIdempotency(endedBefore time: Int64) throws {
        try deleteRows(.idempotency, where: "expires_at < ?", [time], as: StoredIdempotency.self)
    }

    /// Removes the rows that meet a condition.
    func deleteRows<Row: StoredRow>(
        _ table: Table,
        where condition: String,
        _ arguments: StatementArguments,
        as type: Row.Type
    ) throws {
        for row in try rows(table, where: condition, arguments, as: Row.self) {
            try delete(row.values[0], from: table)
        }
    }
}
