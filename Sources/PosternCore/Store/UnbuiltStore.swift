// Until the store keeps these.
extension StoreReader {
    private var unbuilt: StoreError { .unavailable(reason: "not kept yet") }
    package func key(digest: KeyDigest) throws -> StoredKey? { throw unbuilt }
    package func keys(derivedFrom parentID: String) throws -> [StoredKey] { throw unbuilt }
    package func appKeys() throws -> [StoredKey] { throw unbuilt }
    package func connection(id: String) throws -> StoredConnection? { throw unbuilt }
    package func connection(secretID: String) throws -> StoredConnection? { throw unbuilt }
    package func connections(ofUser userID: String?, includingRevoked: Bool) throws -> [StoredConnection] { throw unbuilt }
    package func connectSession(pollDigest: KeyDigest) throws -> StoredConnectSession? { throw unbuilt }
    package func connectSession(pageDigest: KeyDigest) throws -> StoredConnectSession? { throw unbuilt }
    package func approval(id: String) throws -> StoredApproval? { throw unbuilt }
    package func approval(gateID: String) throws -> StoredApproval? { throw unbuilt }
    package func approvals(of principal: PrincipalID?, in states: Set<StoredApproval.Status>, _ page: Page) throws
        -> [StoredApproval]
    { throw unbuilt }
    package func approvalCount(of principal: PrincipalID?, in states: Set<StoredApproval.Status>) throws -> Int {
        throw unbuilt
    }
    package func approval(fingerprint: KeyDigest, in states: Set<StoredApproval.Status>) throws -> StoredApproval? {
        throw unbuilt
    }
    package func idempotency(_ digest: KeyDigest) throws -> StoredIdempotency? { throw unbuilt }
}

extension StoreWriter {
    private var unbuilt: StoreError { .unavailable(reason: "not kept yet") }
    package func insert(_ connection: StoredConnection) throws { throw unbuilt }
    package func update(_ connection: StoredConnection) throws { throw unbuilt }
    package func insert(_ session: StoredConnectSession) throws { throw unbuilt }
    package func update(_ session: StoredConnectSession) throws { throw unbuilt }
    package func deleteConnectSessions(endedBefore time: Int64) throws { throw unbuilt }
    package func insert(_ approval: StoredApproval) throws { throw unbuilt }
    package func update(_ approval: StoredApproval) throws { throw unbuilt }
    package func deleteApprovals(overBefore time: Int64) throws { throw unbuilt }
    package func insert(_ idempotency: StoredIdempotency) throws { throw unbuilt }
    package func deleteIdempotency(endedBefore time: Int64) throws { throw unbuilt }
}
