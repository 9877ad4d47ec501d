internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    private static let maxLifetimeSeconds = 366 * 86_400

    /// Makes a key that may less than the one that asks, and not for longer.
    func deriveKey() async throws -> SDKReply {
        let order = try members { members throws(SDKRefusal) in
            guard let scopes = try members.texts("scopes"), !scopes.isEmpty else {
                throw .invalid("scopes is missing or empty")
            }
            guard let seconds = try members.integer("expires_in", in: 1...SDKCall.maxLifetimeSeconds) else {
                throw .invalid("expires_in is missing")
            }
            // Clients may send notes, which are not kept.
            _ = try members.json("metadata")
            return (
                scopes: scopes, lifetime: Duration.seconds(seconds), networks: try members.texts("cidr_allowlist"),
                name: try members.text("name")
            )
        }
        guard let parent = caller.key.id else {
            throw SDKRefusal.invalid("keys of the configuration file derive none")
        }
        guard order.scopes.allSatisfy({ AccessScope.list(caller.scopes, implies: $0) }) else {
            throw SDKRefusal.keyTooMighty
        }
        let minted = try await administration.deriveKey(
            parent: parent,
            scopes: order.scopes,
            expiresIn: order.lifetime,
            networks: order.networks,
            name: order.name,
            by: caller.operator
        )
        return .minted(minted, JSONText.key(minted.key))
    }

    /// The key that the path names: for an agent one of its own, for the application any.
    func reachableKey() async throws -> StoredKey {
        let id = try keyID()
        let key: StoredKey?
        if let agent = caller.agent {
            guard let agentID = agent.id else { throw SDKRefusal.keyNotFound }
            key = try await administration.keys(ofAgent: agentID).first { $0.id == id }
        } else {
            key = try await administration.key(id: id)
        }
        guard let key else { throw SDKRefusal.keyNotFound }
        return key
    }

    /// Refuses to make another key like one that may more than the key that asks, in scope, place or time.
    func requireNoLess(than key: StoredKey) throws(SDKRefusal) {
        let own = caller.key.key
        let wanted = key.scopes ?? AccessScope.all
        let isWithinScopes = wanted.allSatisfy { AccessScope.list(caller.scopes, implies: $0) }
        let isWithinNetworks = own.networks.map { own in key.networks?.allSatisfy(own.contains) ?? false } ?? true
        let isWithinTime = own.expiresAt.map { end in key.expiresAt.map { $0 / 1_000_000_000 <= end } ?? false } ?? true
        guard isWithinScopes, isWithinNetworks, isWithinTime else { throw .keyTooMighty }
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
