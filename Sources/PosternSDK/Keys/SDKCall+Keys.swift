internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    private static let maxLifetimeSeconds = 366 * 86_400

    /// Makes a key that may less than the one that asks, and not for longer.
    func deriveKey() async throws -> SDKReply {
        guard let parent = caller.key.id else {
            throw SDKRefusal.invalid("keys of the configuration file derive none")
        }
        let new = try members { members throws(SDKRefusal) in
            guard let scopes = try members.texts("scopes"), !scopes.isEmpty else {
                throw .invalid("scopes is missing or empty")
            }
            guard let seconds = try members.integer("expires_in", in: 1...SDKCall.maxLifetimeSeconds) else {
                throw .invalid("expires_in is missing")
            }
            // Clients may send notes, which are not kept.
            _ = try members.json("metadata")
            var new = NewDerivedKey(parent: parent, scopes: scopes, lifetime: .seconds(seconds))
            new.networks = try members.texts("cidr_allowlist")
            new.name = try members.text("name")
            return new
        }
        // The request may limit itself to less than its key has.
        guard new.scopes.allSatisfy({ AccessScope.list(caller.scopes, implies: $0) }) else {
            throw SDKRefusal.keyTooMighty
        }
        let minted = try await administration.deriveKey(new, by: caller.operator)
        return .minted(minted, JSONText.key(minted.key))
    }

    /// The key that the path names: for an agent one of its own, for the application any.
    func reachableKey() async throws -> StoredKey {
        let id = try keyID()
        let key = try await administration.key(id)
        guard let agent = caller.agent else { return key }
        guard let agentID = agent.id, key.owner == .agent(id: agentID) else { throw SDKRefusal.keyNotFound }
        return key
    }

    /// Refuses to rotate a key by which the caller would get more, or for longer, than its own.
    ///
    /// A successor ends with the key whose place it took and not with the one that asked for it. So every key rotates only
    /// itself and what was derived from it, and the application's unlimited ones those of agents, too.
    func requireMayRotate(_ key: StoredKey) throws(SDKRefusal) {
        try requireNoLess(than: key)
        guard let own = caller.key.id else { throw .keyTooMighty }
        switch key.owner {
        case .agent: guard caller.isUnlimited || key.id == own || key.parentID == own else { throw .keyTooMighty }
        case .app: guard key.id == own || key.parentID == own else { throw .keyTooMighty }
        }
    }

    /// Refuses to make another key for a request that limits itself to less than all.
    func requireNoConstraints() throws(SDKRefusal) {
        guard caller.constraints == nil || AccessScope.hasAll(caller.constraints) else { throw .keyTooMighty }
    }

    /// Refuses to make another key like one that may more than the key that asks, in scope, place or time.
    private func requireNoLess(than key: StoredKey) throws(SDKRefusal) {
        let own = caller.key.key
        let wanted = key.scopes ?? AccessScope.all
        let isWithinScopes = wanted.allSatisfy { AccessScope.list(caller.scopes, implies: $0) }
        let isWithinNetworks = own.networks.map { own in key.networks?.allSatisfy(own.contains(_:)) ?? false } ?? true
        let isWithinTime = own.expiresAt.map { end in key.expiresAt.map { $0 / 1_000_000_000 <= end } ?? false } ?? true
        guard isWithinScopes, isWithinNetworks, isWithinTime else { throw .keyTooMighty }
    }
}

extension SDKCaller {
    /// Whether a key of the application signed that is limited in nothing, and the request does not limit itself.
    var isUnlimited: Bool {
        let own = key.key
        return isApplication && own.parent == nil && own.expiresAt == nil && own.networks == nil
            && AccessScope.hasAll(scopes)
    }
}

extension SDKRefusal {
    /// A key would be made that may more than the one that asks for it.
    static let keyTooMighty = SDKRefusal(
        status: 403,
        code: "scope_escalation",
        message: "a key can only make keys that may no more than itself"
    )
}
