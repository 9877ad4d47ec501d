internal import PosternAdmin
internal import PosternCore

/// The grant that a request may use.
struct ResolvedGrant: Sendable {
    let principal: PrincipalID
    let rule: AccessRule
    let candidate: GrantCandidate
    /// The id of the user whose token came with the request.
    let user: String?
}

extension SDKCall {
    /// Finds the grant that a request means, among those of whoever it is for.
    ///
    /// An agent has what is bound or delegated to it, a user their own grants, the application its own; whoever names another
    /// one's grant is told that there is none.
    func resolve(_ address: GrantAddress, userToken: Secret?) async throws -> ResolvedGrant {
        guard let userToken else { return try await resolve(address, for: caller.principal, user: nil) }
        guard !caller.isApplication else {
            let user = try await user(of: userToken)
            return try await resolve(address, for: .user(user.id), user: user.id)
        }
        return try await resolve(address, selectedBy: userToken)
    }

    /// A user's token beside an agent's key only tells which of the agent's own delegations is meant.
    ///
    /// Nothing is said about a user who did not delegate to it.
    private func resolve(_ address: GrantAddress, selectedBy token: Secret) async throws -> ResolvedGrant {
        guard services.settings.identityBlending == .selects, address.provider != nil else {
            throw SDKRefusal.blendingForbidden
        }
        guard let user = try await userIfKnown(token), address.userID.map({ $0 == user.id }) ?? true else {
            throw SDKRefusal.blendingForbidden
        }
        var address = address
        address.userID = user.id
        let rules = rules(of: caller.principal).filter { $0.facts?.parentID != nil }
        switch GrantChoice(address, among: rules.compactMap { GrantCandidate($0) }, now: seconds) {
        case .none, .expired: throw SDKRefusal.blendingForbidden
        case .several(let candidates): throw SDKRefusal.ambiguousGrant(candidates, address)
        case .one(let candidate): return try resolved(candidate, among: rules, for: caller.principal, user: user.id)
        }
    }

    private func resolve(
        _ address: GrantAddress,
        for principal: PrincipalID,
        user: String?
    ) async throws -> ResolvedGrant {
        let rules = rules(of: principal)
        switch GrantChoice(address, among: rules.compactMap { GrantCandidate($0) }, now: seconds) {
        case .one(let candidate): return try resolved(candidate, among: rules, for: principal, user: user)
        case .several(let candidates): throw SDKRefusal.ambiguousGrant(candidates, address)
        case .expired: throw SDKRefusal.grantExpired
        case .none: throw try await absence(of: address, for: principal)
        }
    }

    /// Why somebody does not have a grant.
    private func absence(of address: GrantAddress, for principal: PrincipalID) async throws -> SDKRefusal {
        switch (address.root, principal) {
        case (.provider(let name), .agent):
            return .noDelegatedGrant(name, agent: caller.agent?.id, user: address.userID)
        case (.provider(let name), .user), (.provider(let name), .app): return .grantNotFound(name)
        case (.grant(let id), _): return try await end(ofGrant: id, for: principal)
        }
    }

    /// Whether a grant was theirs and ended.
    private func end(ofGrant id: String, for principal: PrincipalID) async throws -> SDKRefusal {
        guard let grant = try await storedGrant(id), isGrant(grant, of: principal) else { return .grantNotFound(nil) }
        if grant.revokedAt != nil { return .grantRevoked(isAgent: principal.isAgent) }
        return grant.expiresAt.map { $0 <= services.now() } ?? false ? .grantExpired : .grantNotFound(nil)
    }

    /// The grant of an id, also one that is revoked; `nil` for none.
    func storedGrant(_ id: String) async throws -> StoredGrant? {
        try await ifFound { () throws(AdministrationError) in try await administration.grant(id).grant }
    }

    private func isGrant(_ grant: StoredGrant, of principal: PrincipalID) -> Bool {
        switch principal {
        case .agent: caller.agent?.id.map { grant.principal == .agent(id: $0) } ?? false
        case .user(let id): grant.principal == .user(id: id)
        case .app: grant.principal == .system
        }
    }

    private func rules(of principal: PrincipalID) -> [AccessRule] { directory.principal(principal)?.rules ?? [] }

    private func resolved(
        _ candidate: GrantCandidate,
        among rules: [AccessRule],
        for principal: PrincipalID,
        user: String?
    ) throws(SDKRefusal) -> ResolvedGrant {
        guard let rule = rules.first(where: { $0.id == candidate.id }) else { throw .grantNotFound(nil) }
        return ResolvedGrant(principal: principal, rule: rule, candidate: candidate, user: user)
    }

    /// Seconds since 1970.
    var seconds: Int64 { services.now() / 1_000_000_000 }
}

extension PrincipalID {
    /// Whether it is an agent.
    var isAgent: Bool {
        switch self {
        case .agent: true
        case .user, .app: false
        }
    }
}
