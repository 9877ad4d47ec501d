internal import PosternCore

/// A connect session of the store, read.
struct ConnectSession {
    private(set) var stored: StoredConnectSession
    let request: ConnectRequest
    var record: ConnectRecord

    init(_ stored: StoredConnectSession) throws {
        guard let request = ConnectRequest(kept: stored.request), let record = ConnectRecord(kept: stored.outcome)
        else { throw StoreError.corrupt(reason: "connect session \(stored.id) cannot be read") }
        self.stored = stored
        self.request = request
        self.record = record
    }

    /// How it stands now.
    func status(at now: Int64) -> StoredConnectSession.Status {
        stored.status == .pending && stored.expiresAt <= now ? .expired : stored.status
    }

    /// The choice of a provider about which can still be decided.
    func openChoice(_ provider: String, at now: Int64) throws(AdministrationError) -> ConnectRequest.Choice {
        try requireOpen(at: now)
        guard let choice = request.choice(provider) else {
            throw .notFound(kind: "provider", name: TextRules.shown(provider))
        }
        guard !record.isSettled(provider) else {
            throw .conflict(code: "provider_settled", reason: "about \(provider) it is decided already")
        }
        return choice
    }

    /// Refuses a session that has ended.
    func requireOpen(at now: Int64) throws(AdministrationError) {
        guard status(at: now) == .pending else {
            throw .conflict(
                code: "connect_session_ended",
                reason: "this request to connect an account has ended",
                hint: "have the application begin another one"
            )
        }
    }

    /// The row with what came of it.
    func settled() -> StoredConnectSession {
        var row = stored
        row.outcome = record.kept
        row.status = record.status(of: request)
        return row
    }
}

extension StoreReader {
    /// The session of which the page has this token.
    func connectSession(page token: String) throws -> ConnectSession {
        guard let stored = try connectSession(pageDigest: KeyDigest(ofKey: token.utf8)) else {
            throw AdministrationError.notFound(kind: "connect_session", name: "")
        }
        return try ConnectSession(stored)
    }

    /// The agent of a session, if there is one and it may still act.
    func activeAgent(of session: StoredConnectSession) throws -> StoredAgent? {
        guard let id = session.agentID else { return nil }
        guard let agent = try agent(id: id), agent.status == .active else {
            throw AdministrationError.notFound(kind: "agent", name: TextRules.shown(id))
        }
        return agent
    }
}
