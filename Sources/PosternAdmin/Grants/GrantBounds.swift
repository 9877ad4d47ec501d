internal import PosternCore

/// What, how often and how long: what a grant below another one has no more of than that one.
struct GrantBounds {
    var terms: GrantTerms
    var maxUses: Int?
    var expiresAt: Int64?
}

extension Act {
    /// Refuses a grant below another one that would allow more; returns its bounds with what it inherits.
    func check(
        _ bounds: GrantBounds,
        for principal: StoredGrant.Principal,
        _ secret: StoredSecret,
        below parent: StoredGrant
    ) throws -> GrantBounds {
        try checkMayDelegate(parent)
        guard parent.secretID == secret.id else { throw wider("the grant above it is of another secret") }
        if case .agent = parent.principal {
            guard case .agent = principal else { throw wider("what an agent has, only an agent can be given") }
        }
        if let reason = bounds.terms.isNarrower(than: try terms(parent.terms)) { throw wider(reason) }
        if let most = parent.maxUses, let asked = bounds.maxUses, asked > most {
            throw wider("`max_uses` is more than \(most)")
        }
        if let last = parent.expiresAt, let asked = bounds.expiresAt, asked > last {
            throw wider("it would end after \(Timestamp.text(last))")
        }
        return GrantBounds(
            terms: bounds.terms,
            maxUses: bounds.maxUses ?? parent.maxUses,
            expiresAt: bounds.expiresAt ?? parent.expiresAt
        )
    }

    /// Refuses a grant below which none may be made.
    private func checkMayDelegate(_ parent: StoredGrant) throws {
        func refusal(_ code: String, _ reason: String, hint: String? = nil) -> AdministrationError {
            .conflict(code: code, reason: "grant \(parent.id) \(reason)", hint: hint)
        }
        guard parent.revokedAt == nil else { throw refusal("grant_revoked", "is revoked") }
        guard parent.expiresAt.map({ $0 > now }) ?? true else { throw refusal("grant_expired", "has expired") }
        guard parent.isDelegable else {
            throw refusal("grant_not_delegable", "is not delegable", hint: "make one that is, and then one below it")
        }
        guard try depth(of: parent) < Act.maxDepth else {
            throw refusal("too_deep", "has \(Act.maxDepth - 1) grants above it, which is the most")
        }
    }

    /// How many grants there are from one up to the topmost.
    private func depth(of grant: StoredGrant) throws -> Int {
        var depth = 1
        var above = grant.parentID
        while let id = above, depth <= Act.maxDepth {
            depth += 1
            above = try store.grant(id: id)?.parentID
        }
        return depth
    }

    private func wider(_ reason: String) -> AdministrationError {
        .conflict(
            code: "not_narrower",
            reason: "the grant would allow more than the one above it: \(reason)",
            hint: "a grant below another one repeats its terms, or adds to them"
        )
    }
}
