internal import PosternCore

extension Act {
    private static let maxOverlapDays = 30

    mutating func deriveKey(_ new: NewDerivedKey) throws -> MintedKey {
        let (parent, owner) = try keyWithOwner(new.parent)
        try requireWorking(parent)
        try check(new, isNarrowerThan: parent)
        guard let expiresAt = try end(.after(new.lifetime)) else { preconditionFailure("a lifetime ends") }
        if let last = [parent.expiresAt, parent.rotatedUntil].compactMap(\.self).min(), expiresAt > last {
            throw AdministrationError.invalid(
                member: "expires_in",
                reason: "the key would outlive the one it is derived from, which ends \(Timestamp.text(last))"
            )
        }
        let minted = try insertKey(
            KeyBounds(
                expiresAt: expiresAt,
                scopes: new.scopes,
                networks: new.networks ?? parent.networks,
                requestsPerMinute: parent.requestsPerMinute,
                parentID: parent.id
            ),
            named: new.name,
            for: owner
        )
        record.detail = "derived from \(parent.name)"
        return minted
    }

    mutating func rotateKey(_ id: String, overlapDays: Int) throws -> MintedKey {
        guard (0...Act.maxOverlapDays).contains(overlapDays), let end = time(after: .seconds(overlapDays * 86_400))
        else { throw AdministrationError.invalid(member: "overlap_days", reason: "must be 0 to \(Act.maxOverlapDays)") }
        let (old, owner) = try keyWithOwner(id)
        try requireWorking(old)
        guard old.successorID == nil else {
            throw AdministrationError.conflict(
                code: "key_rotated",
                reason: "another key has taken the place of key \(old.name) already"
            )
        }
        let minted = try insertKey(
            KeyBounds(
                expiresAt: old.expiresAt,
                scopes: old.scopes,
                networks: old.networks,
                requestsPerMinute: old.requestsPerMinute,
                parentID: old.parentID
            ),
            named: nil,
            for: owner
        )
        // What was derived from the old one was derived from a key that is to be trusted no longer.
        for var key in [old] + (try store.keys(anywhereBelow: old.id)) where key.revokedAt == nil {
            if key.id == old.id { key.successorID = minted.key.id }
            key.rotatedUntil = min(key.rotatedUntil ?? end, end)
            try store.update(key)
        }
        record.detail = "in place of \(old.name), which works for \(overlapDays) more days"
        return minted
    }

    /// Refuses a key from which nothing is to be made any more.
    private func requireWorking(_ key: StoredKey) throws(AdministrationError) {
        guard !works(key) else { return }
        throw .conflict(
            code: key.revokedAt == nil ? "key_expired" : "key_revoked",
            reason: "key \(key.name) does not work any more"
        )
    }

    /// Refuses a key that could do more than the one it is derived from.
    private func check(
        _ new: NewDerivedKey,
        isNarrowerThan parent: StoredKey
    ) throws(AdministrationError) {
        try check(scopes: new.scopes)
        guard !new.scopes.isEmpty else { throw .invalid(member: "scopes", reason: "are none") }
        guard !new.scopes.contains("keys:derive") else {
            throw .invalid(member: "scopes", reason: "a derived key derives no others")
        }
        if let wider = new.scopes.first(where: { !AccessScope.list(parent.scopes, implies: $0) }) {
            throw .invalid(member: "scopes", reason: "key \(parent.name) itself lacks \(TextRules.shown(wider))")
        }
        try check(networks: new.networks)
        guard let above = parent.networks?.compactMap({ IPNetwork($0) }) else { return }
        let asked = new.networks?.compactMap { IPNetwork($0) } ?? []
        guard asked.allSatisfy({ network in above.contains { $0.contains(network) } }) else {
            throw .invalid(member: "networks", reason: "key \(parent.name) itself may not be used from all of them")
        }
    }
}
