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
    ///
    /// The directory forgets grants that have ended, so the store is asked.
    private func absence(of address: GrantAddress, for principal: PrincipalID) async throws -> SDKRefusal {
        let holder = storedPrincipal(principal)
        switch address.root {
        case .grant(let id):
            guard let grant = try await storedGrant(id), grant.principal == holder else { return .grantNotFound(nil) }
            if grant.revokedAt != nil { return .grantRevoked(isAgent: principal.isAgent) }
            return grant.expiresAt.map { $0 <= services.now() } ?? false ? .grantExpired : .grantNotFound(nil)
        case .provider(let name):
            if let holder {
                let expired = GrantListQuery(expired: address, of: holder)
                guard try await administration.listGrants(expired, Page(limit: 1)).total == 0 else {
                    return .grantExpired
                }
            }
            return principal.isAgent
                ? .noDelegatedGrant(name, agent: caller.agent?.id, user: address.userID) : .grantNotFound(name)
        }
    }

    /// The grant of an id, also one that is revoked; `nil` for none.
    func storedGrant(_ id: String) async throws -> StoredGrant? {
        try await ifFound { () throws(AdministrationError) in try await administration.grant(id).grant }
    }

    /// Whose grants a principal's are in the store; `nil` for an agent of the configuration file.
    private func storedPrincipal(_ principal: PrincipalID) -> StoredGrant.Principal? {
        switch principal {
        case .agent: caller.agent?.id.map { .agent(id: $0) }
        case .user(let id): .user(id: id)
        case .app: .system
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

extension GrantListQuery {
    /// Grants of somebody that were meant and whose time is over.
    fileprivate init(expired address: GrantAddress, of principal: StoredGrant.Principal) {
        self.init()
        self.principal = principal
        provider = address.provider
        status = .expired
        account = address.account
        label = address.label
        userID = address.userID
    }
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
