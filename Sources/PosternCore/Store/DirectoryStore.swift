/// Where agents, keys, secrets, grants, providers and users are kept durably.
///
/// Implemented over SQLite; a second implementation needs nothing of its callers. All calls may block for milliseconds:
/// not for an event loop.
package protocol DirectoryStore: AnyObject, Sendable {
    /// Reads one consistent state.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result

    /// Makes changes that are durable, all of them, when this returns; none of them, if `body` throws.
    ///
    /// - Throws: what `body` throws, or ``StoreError``.
    func write<Result>(_ body: (any StoreWriter) throws -> Result) throws -> Result

    /// Counts one more use of each of these grants, durably, or of none if one of them has no use left.
    ///
    /// - Returns: the id of a grant that is used up; `nil` if all were counted.
    func countUse(of grants: [UseLimit]) throws(StoreError) -> String?

    /// Notes when keys were last used, in nanoseconds since 1970 by key id.
    func noteUse(ofKeys times: [String: Int64]) throws(StoreError)

    /// Wraps the key that seals the store with another master key.
    ///
    /// It is opened with exactly one of the two, whenever the process ends.
    func rekey(to masterKey: MasterKey) throws(StoreError)

    /// Looks for damage; returns what was found, one line each.
    func check() throws(StoreError) -> [String]
}

/// How often a grant may be used in all.
package struct UseLimit: Hashable, Sendable {
    package let grant: String
    package let maxUses: Int

    package init(grant: String, maxUses: Int) {
        self.grant = grant
        self.maxUses = maxUses
    }
}

/// What a ``StoreReader`` is asked for in pieces.
package struct Page: Hashable, Sendable {
    package var limit: Int
    package var offset: Int

    package init(limit: Int = .max, offset: Int = 0) {
        self.limit = limit
        self.offset = offset
    }
}

/// Which grants are asked for; every member that is not `nil` narrows.
package struct GrantFilter: Sendable {
    package var principal: StoredGrant.Principal?
    package var secretID: String?
    package var parentID: String?
    /// Also those that were revoked.
    package var includesRevoked = false

    package init() {}
}

/// Reading one consistent state of the store.
///
/// Lists are in the order of creation.
package protocol StoreReader {
    func app() throws -> StoredApp

    func agent(id: String) throws -> StoredAgent?
    /// The agent of this name that is not revoked.
    func agent(named name: String) throws -> StoredAgent?
    func agents(includingRevoked: Bool, _ page: Page) throws -> [StoredAgent]
    func agentCount(includingRevoked: Bool) throws -> Int
    /// The agents directly below one, revoked ones too.
    func agents(below parentID: String) throws -> [StoredAgent]
    /// The agents whose scopes are to be narrowed by now.
    func agents(withScopesDueAt now: Int64) throws -> [StoredAgent]

    func key(id: String) throws -> StoredKey?
    func keys(of owner: StoredKey.Owner) throws -> [StoredKey]
    /// Every key of every agent.
    func agentKeys() throws -> [StoredKey]

    func provider(named name: String) throws -> StoredProvider?
    func providers() throws -> [StoredProvider]

    func secret(id: String) throws -> StoredSecret?
    /// The secret of this name that is not revoked.
    func secret(named name: String) throws -> StoredSecret?
    func secrets(includingRevoked: Bool) throws -> [StoredSecret]
    /// The versions of a secret whose values are not forgotten, newest first.
    ///
    /// - Throws: ``StoreError/tampered(_:)`` if a seal does not hold.
    func versions(ofSecret secretID: String) throws -> [StoredSecretVersion]

    func grant(id: String) throws -> StoredGrant?
    func grants(_ filter: GrantFilter, _ page: Page) throws -> [StoredGrant]
    func grantCount(_ filter: GrantFilter) throws -> Int
    /// How often a grant was used, of those that have a limit.
    func uses(ofGrant id: String) throws -> Int

    func user(id: String) throws -> StoredUser?
    func user(subject: String) throws -> StoredUser?
    func users() throws -> [StoredUser]

    /// The key of this digest, whoever's it is, revoked ones too.
    func key(digest: KeyDigest) throws -> StoredKey?
    /// The keys that were derived from one, revoked ones too.
    func keys(derivedFrom parentID: String) throws -> [StoredKey]
    /// Every key of the application.
    func appKeys() throws -> [StoredKey]

    func connection(id: String) throws -> StoredConnection?
    func connection(secretID: String) throws -> StoredConnection?
    /// The connections of a user, or of all; those that are revoked only if asked for.
    func connections(ofUser userID: String?, includingRevoked: Bool) throws -> [StoredConnection]

    func connectSession(pollDigest: KeyDigest) throws -> StoredConnectSession?
    func connectSession(pageDigest: KeyDigest) throws -> StoredConnectSession?
    /// How many sessions of a user for an agent, or for none, are not over at a time; `isPending` leaves out what is settled.
    func connectSessionCount(ofUser userID: String, agent agentID: String?, at time: Int64, isPending: Bool) throws
        -> Int

    func approval(id: String) throws -> StoredApproval?
    /// The approval of which a gate has this id.
    func approval(gateID: String) throws -> StoredApproval?
    /// Newest first.
    func approvals(_ filter: ApprovalFilter, _ page: Page) throws -> [StoredApproval]
    func approvalCount(_ filter: ApprovalFilter) throws -> Int
    /// The ids of those that nobody has decided, or used, in time, oldest first: an approved one is good until it would have
    /// ended, or for so long after it was decided if that is later.
    func approvals(overdueAt now: Int64, usableFor grace: Int64, limit: Int) throws -> [String]
    /// The frozen request, encoded, of an approval that is not over.
    func frozenRequest(ofApproval id: String) throws -> Secret?
    /// The upstream's answer, encoded, to what the daemon has sent.
    func answer(ofApproval id: String) throws -> Secret?
    /// Whether there is one, which is not read.
    func keepsAnswer(ofApproval id: String) throws -> Bool
    /// Every answer that is kept, oldest first; none is read.
    func keptAnswers() throws -> [KeptAnswer]
    /// The newest approval of a request, in one of these states.
    func approval(fingerprint: KeyDigest, in states: Set<StoredApproval.Status>) throws -> StoredApproval?

    func idempotency(_ digest: KeyDigest) throws -> StoredIdempotency?
    func idempotencyCount(of asker: String) throws -> Int
}

/// Changing the store, within one transaction.
///
/// `update` replaces the row of the same id, which must exist; otherwise, and where a row stands against another one,
/// ``StoreError/conflict(table:)`` is thrown. Neither the store nor another transaction may be used meanwhile.
package protocol StoreWriter: StoreReader {
    func insert(_ agent: StoredAgent) throws
    func update(_ agent: StoredAgent) throws
    func insert(_ key: StoredKey) throws
    func update(_ key: StoredKey) throws
    func insert(_ provider: StoredProvider) throws
    func update(_ provider: StoredProvider) throws
    func deleteProvider(named name: String) throws
    func insert(_ secret: StoredSecret) throws
    /// Seals the values that are kept of it anew if its hosts have changed.
    func update(_ secret: StoredSecret) throws
    /// Seals the values for the hosts of the secret.
    ///
    /// Only one version of a secret is not retired: retire that one before.
    func insert(_ version: StoredSecretVersion) throws
    /// Changes when it retired and is forgotten.
    func update(_ version: StoredSecretVersion) throws
    /// Forgets the values of versions whose time has come, and returns the ids of their secrets.
    func forgetVersions(dueAt now: Int64) throws -> [String]
    /// Forgets every value of a secret.
    func forgetVersions(ofSecret secretID: String) throws
    func insert(_ grant: StoredGrant) throws
    func update(_ grant: StoredGrant) throws
    func insert(_ user: StoredUser) throws
    func update(_ user: StoredUser) throws
    /// Removes a user to whom no grant stands that is not revoked.
    func deleteUser(id: String) throws

    func insert(_ connection: StoredConnection) throws
    func update(_ connection: StoredConnection) throws
    func insert(_ session: StoredConnectSession) throws
    func update(_ session: StoredConnectSession) throws
    /// Removes the sessions that ended before a time.
    func deleteConnectSessions(endedBefore time: Int64) throws
    /// Keeps the frozen request, encoded, sealed.
    func insert(_ approval: StoredApproval, request: Secret) throws
    /// Forgets what was frozen once nothing will become of it any more; an answer is kept in its place.
    func update(_ approval: StoredApproval, answer: Secret?) throws
    /// Forgets the answer that is kept, and nothing else of the approval.
    func forgetAnswer(ofApproval id: String) throws
    /// Removes what is over since before a time, with what was frozen and answered.
    func deleteApprovals(overBefore time: Int64) throws
    func insert(_ idempotency: StoredIdempotency) throws
    /// Removes those that ended before a time.
    func deleteIdempotency(endedBefore time: Int64) throws
}
