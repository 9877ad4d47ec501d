internal import PosternCore

extension Act {
    /// How long a request counts as the same one.
    private static let onceFor = Duration.seconds(86_400)
    /// The most requests of one operator that are remembered at a time.
    static let maxOnce = 1000

    /// Makes an agent, unless the same operator has made it by the same request before.
    mutating func once(
        _ idempotencyKey: String,
        _ request: String,
        _ create: (inout Act) throws -> (agent: StoredAgent, key: MintedKey?)
    ) throws -> (agent: StoredAgent, key: MintedKey?, isReplayed: Bool) {
        try TextRules.check(idempotencyKey, "idempotency_key")
        try store.deleteIdempotency(endedBefore: now)
        let asker = record.by.key ?? record.by.userID.map { "user \($0)" } ?? ""
        let digest = KeyDigest(ofKey: "\(asker)\n\(idempotencyKey)".utf8)
        let bodyDigest = KeyDigest(ofKey: request.utf8)
        if let known = try store.idempotency(digest) {
            return (try replayed(known, bodyDigest), nil, true)
        }
        guard try store.idempotencyCount(of: asker) < Act.maxOnce else {
            throw AdministrationError.conflict(
                code: "too_many_idempotency_keys",
                reason: "\(Act.maxOnce) requests with idempotency keys were made within a day",
                hint: "leave the idempotency key out, or wait"
            )
        }
        let (agent, key) = try create(&self)
        try store.insert(
            StoredIdempotency(
                asker: asker,
                digest: digest,
                bodyDigest: bodyDigest,
                subjectID: agent.id,
                createdAt: now,
                expiresAt: time(after: Act.onceFor) ?? now
            )
        )
        return (agent, key, false)
    }

    /// What was made before, if it is what is asked for.
    private mutating func replayed(_ known: StoredIdempotency, _ body: KeyDigest) throws -> StoredAgent {
        guard known.bodyDigest == body else {
            throw AdministrationError.conflict(
                code: "idempotency_key_body_mismatch",
                reason: "something else was asked for under the same idempotency key",
                hint: "use another key for another request"
            )
        }
        let agent = try store.existingAgent(known.subjectID)
        record.agent = agent.name
        switch agent.status {
        case .active: break
        case .paused: throw ended("idempotency_key_agent_inactive", "agent \(agent.name) is paused by now")
        case .revoked: throw ended("idempotency_key_agent_revoked", "agent \(agent.name) is revoked by now")
        }
        parts = []
        return agent
    }

    private func ended(_ code: String, _ reason: String) -> AdministrationError {
        .conflict(code: code, reason: reason, hint: "use another idempotency key")
    }
}

extension NewAgent {
    /// What tells one request for an agent from another.
    var canonicalText: String {
        JSONTexts.object([
            "name": name,
            "kind": kind.rawValue,
            "display_name": displayName ?? "",
            "parent": parent ?? "",
            "scopes": JSONTexts.object(scopes),
            "requests_per_minute": limits.requestsPerMinute.map(String.init) ?? "",
            "concurrent_requests": limits.concurrentRequests.map(String.init) ?? "",
            "policy": policy ?? "",
            "metadata": metadata,
            "key": key.map { "\($0.name ?? "")" } ?? "none",
        ])
    }
}
