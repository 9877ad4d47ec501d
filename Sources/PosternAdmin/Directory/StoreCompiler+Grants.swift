internal import CLinux
internal import PosternConfig
internal import PosternCore

// What is granted, as far as it is in force: with those above it, and the credential it is of.
extension StoreCompiler {
    private static let maxCachedTerms = 10_000

    /// The grants to some principals, each with those above it, and with the secrets they are of rendered.
    mutating func grants(
        of principals: [StoredGrant.Principal],
        _ reader: any StoreReader
    ) throws -> [(StoredGrant, [StoredGrant]?)] {
        var found: [(StoredGrant, [StoredGrant]?)] = []
        for principal in principals {
            var filter = GrantFilter()
            filter.principal = principal
            for grant in try reader.grants(filter, Page()) {
                if credentials[grant.secretID] == nil, let secret = try reader.secret(id: grant.secretID) {
                    try render(secret, reader)
                }
                let ancestors = try ancestors(
                    of: grant,
                    isSuspended: { try reader.user(id: $0)?.isSuspended ?? true },
                    { try reader.grant(id: $0) }
                )
                found.append((grant, ancestors))
            }
        }
        return found
    }

    /// The grants above one, the nearest first; `nil` if one of them is no more, or is a user's who is suspended.
    func ancestors(
        of grant: StoredGrant,
        isSuspended: (_ user: String) throws -> Bool,
        _ lookUp: (String) throws -> StoredGrant?
    ) rethrows -> [StoredGrant]? {
        var found: [StoredGrant] = []
        var above = grant.parentID
        while let id = above {
            guard let parent = try lookUp(id), parent.revokedAt == nil else { return nil }
            if case .user(let user) = parent.principal, try isSuspended(user) { return nil }
            found.append(parent)
            above = parent.parentID
        }
        return found
    }

    /// A grant with the credential it is of; `nil` if it cannot be used.
    mutating func use(
        _ stored: StoredGrant,
        below ancestors: [StoredGrant]?,
        of agent: Agent,
        within scopes: AgentScopes
    ) -> (grant: Grant, credential: CompiledCredential)? {
        guard stored.revokedAt == nil, let ancestors, let rendered = credentials[stored.secretID] else { return nil }
        let credential = rendered.credential
        guard scopes.allow(provider: credential.provider.name, secret: credential.name) else { return nil }
        let end = ([stored] + ancestors).compactMap(\.expiresAt).min()
        // What has ended would only be asked in vain, once what came in time has had the time to end too.
        if let end, end / 1_000_000_000 + StoreCompiler.keptSeconds <= postern_realtime_ns() / 1_000_000_000 {
            return nil
        }
        guard let own = parsed(stored) else { return nil }
        var above: [Grant.Ancestor] = []
        for ancestor in ancestors {
            guard let terms = parsed(ancestor) else { return nil }
            above.append(Grant.Ancestor(id: ancestor.id, terms: terms, maxUses: ancestor.maxUses))
        }
        let grant = Grant(
            id: stored.id,
            agent: agent.name,
            credential: credential.name,
            terms: own,
            expiresAt: end.map { $0 / 1_000_000_000 },
            maxUses: stored.maxUses,
            ancestors: above,
            facts: GrantFacts(
                secretName: credential.name,
                secretID: stored.secretID,
                label: stored.label,
                userID: ([stored] + ancestors).lazy.compactMap(\.userID).first,
                account: rendered.connection?.account,
                accountDisplayName: rendered.connection?.accountDisplayName,
                parentID: stored.parentID,
                depth: ancestors.count
            )
        )
        return (grant, credential)
    }

    /// Terms are parsed once for all grants that have the same.
    private mutating func parsed(_ grant: StoredGrant) -> GrantTerms? {
        if let known = terms[grant.terms] { return known }
        do {
            let read = try DirectoryJSON.terms(grant.terms)
            if terms.count >= StoreCompiler.maxCachedTerms { terms = [:] }
            terms[grant.terms] = read
            return read
        } catch {
            problems.append("grant \(grant.id) is left out: \(error.reason)")
            return nil
        }
    }
}

extension StoredGrant {
    /// The user to whom it is.
    fileprivate var userID: String? { if case .user(let id) = principal { id } else { nil } }
}
