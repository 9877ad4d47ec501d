internal import PosternCore

/// What a key may do, from where, and how long.
struct KeyBounds {
    var expiresAt: Int64?
    var scopes: [String]?
    var networks: [String]?
    var requestsPerMinute: Int?
    /// The key it is derived from.
    var parentID: String?
}

extension Act {
    /// The most keys of one owner that work at once.
    private static let maxKeys = 256

    /// Makes a key that was checked.
    mutating func insertKey(_ bounds: KeyBounds, named given: String?, for owner: KeyOwner) throws -> MintedKey {
        guard try store.keys(of: owner.owner).count(where: works) < Act.maxKeys else {
            throw AdministrationError.conflict(
                code: "agent_key_limit_reached",
                reason: "\(owner.name) has \(Act.maxKeys) keys that work, which is the most",
                hint: "revoke those that nobody uses"
            )
        }
        let name = try name(given, for: owner)
        let form = bounds.parentID == nil ? owner.form : .derived
        let (plaintext, prefix, digest) = form.random()
        let key = StoredKey(
            id: Identifier.random(),
            owner: owner.owner,
            name: name,
            prefix: prefix,
            digest: digest,
            createdAt: now,
            expiresAt: bounds.expiresAt,
            scopes: bounds.scopes,
            parentID: bounds.parentID,
            networks: bounds.networks,
            requestsPerMinute: bounds.requestsPerMinute
        )
        try store.insert(key)
        record.key = key.name
        return MintedKey(key: key, plaintext: plaintext)
    }

    /// Refuses to make a key for a key that is limited itself, because the new one would be less so and outlive it.
    ///
    /// The operator makes any; what a limited key needs below it, it derives.
    func requireUnlimitedMinter() throws {
        guard let id = record.by.key else { return }
        guard let key = try store.key(id: id), case .app = key.owner, key.isUnlimited else {
            throw AdministrationError.conflict(
                code: "scope_escalation",
                reason: "a key that is derived, or bound to scopes, networks or a time, makes no keys but derived ones",
                hint: "sign with a key of the application that is limited in nothing, or let the operator mint the key"
            )
        }
    }

    /// Refuses scopes that there are not.
    func check(scopes: [String]?) throws(AdministrationError) {
        guard let scopes else { return }
        guard scopes.count <= 256 else { throw .invalid(member: "scopes", reason: "are more than 256") }
        guard let unknown = scopes.first(where: { AccessScope($0) == nil || $0.utf8.count > 256 }) else { return }
        throw .invalid(member: "scopes", reason: "there is no scope \(TextRules.shown(unknown))")
    }

    /// Refuses what are no ranges of addresses.
    func check(networks: [String]?) throws(AdministrationError) {
        guard let networks else { return }
        guard !networks.isEmpty, networks.count <= 64 else {
            throw .invalid(member: "networks", reason: "must be 1 to 64, or left out")
        }
        guard let unknown = networks.first(where: { IPNetwork($0) == nil }) else { return }
        throw .invalid(
            member: "networks",
            reason: "\(TextRules.shown(unknown)) is no range of addresses, such as 10.0.0.0/8"
        )
    }
}

extension StoredKey {
    /// Whether it may do all that its owner may, from anywhere and for ever.
    fileprivate var isUnlimited: Bool {
        parentID == nil && expiresAt == nil && networks == nil && AccessScope.hasAll(scopes)
    }
}

extension StoreReader {
    /// The keys that were derived from one, at any depth.
    func keys(anywhereBelow id: String) throws -> [StoredKey] {
        var found: [StoredKey] = []
        var waiting = [id]
        while let next = waiting.popLast() {
            let derived = try keys(derivedFrom: next)
            found += derived
            waiting += derived.map(\.id)
        }
        return found
    }

    /// The keys that end with one that is revoked: what was derived from it, and what took its place, at any depth.
    ///
    /// A successor is made by whoever holds the key, who may have stolen it. It stays only where itself, or a key derived
    /// from it, is what asks: that is how a holder who has changed keys ends the old one before its time.
    func keys(endingWith key: StoredKey, askedBy asker: String?) throws -> [StoredKey] {
        var spared: Set<String> = []
        var above = asker
        while let id = above {
            spared.insert(id)
            above = try self.key(id: id)?.parentID
        }
        var found: [StoredKey] = []
        var waiting = [key]
        while let next = waiting.popLast() {
            var made = try keys(derivedFrom: next.id)
            if let id = next.successorID, !spared.contains(id), let successor = try self.key(id: id) {
                made.append(successor)
            }
            found += made
            waiting += made
        }
        return found
    }
}
