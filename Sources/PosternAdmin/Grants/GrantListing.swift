package import PosternCore

/// Which grants a program asks for; every member that is not `nil` narrows.
package struct GrantListQuery: Sendable {
    package enum Status: String, Sendable, CaseIterable { case active, expired, revoked }

    /// Whose grants.
    package var principal: StoredGrant.Principal?
    /// The user whose grants they are, or stand below, by id.
    package var userID: String?
    /// The provider of a connection, or a managed secret's name or provider.
    package var provider: String?
    /// `nil` is all that are not revoked.
    package var status: Status?
    package var account: String?
    package var label: String?

    package init() {}

    /// Whether pages of it can be cut by the store itself.
    fileprivate var isPlain: Bool {
        userID == nil && provider == nil && status == nil && account == nil && label == nil
    }
}

/// A grant with all that there is to say of it.
package struct ListedGrant: Sendable {
    package let grant: StoredGrant
    package let secret: StoredSecret
    /// `nil` for a managed secret.
    package let connection: StoredConnection?
    package let status: GrantListQuery.Status
    /// How many grants stand above it.
    package let depth: Int
    /// The user whose it is, or the topmost grant above it; `nil` for none.
    package let userID: String?
    /// The ids of the agents that have a grant directly below it.
    package let delegatedAgentIDs: [String]
}

extension Administration {
    /// Grants in the order of creation, and how many there are in all.
    package func listGrants(
        _ query: GrantListQuery,
        _ page: Page
    ) async throws(AdministrationError) -> (items: [ListedGrant], total: Int) {
        let now = now()
        return try await read { store in
            var filter = GrantFilter()
            filter.principal = query.principal
            filter.includesRevoked = query.status == .revoked
            var lister = GrantLister(store: store, now: now)
            guard query.isPlain else {
                let all = try store.grants(filter, Page()).map { try lister.listed($0) }.filter { $0.matches(query) }
                return (Array(all.dropFirst(page.offset).prefix(page.limit)), all.count)
            }
            return (try store.grants(filter, page).map { try lister.listed($0) }, try store.grantCount(filter))
        }
    }
}

extension ListedGrant {
    fileprivate func matches(_ query: GrantListQuery) -> Bool {
        let isNamed = query.provider.map { name in
            secret.provider == name || connection == nil && secret.name == name
        }
        return isNamed ?? true
            && query.status.map { $0 == status } ?? true
            && query.userID.map { $0 == userID } ?? true
            && query.account.map { $0 == connection?.account } ?? true
            && query.label.map { $0 == grant.label } ?? true
    }
}

/// Looks things up once.
private struct GrantLister {
    let store: any StoreReader
    let now: Int64
    private var secrets: [String: StoredSecret] = [:]
    private var connections: [String: StoredConnection?] = [:]

    init(store: any StoreReader, now: Int64) {
        self.store = store
        self.now = now
    }

    mutating func listed(_ grant: StoredGrant) throws -> ListedGrant {
        let secret = try secrets[grant.secretID] ?? store.existingSecret(grant.secretID)
        secrets[secret.id] = secret
        let (depth, top) = try root(of: grant)
        return ListedGrant(
            grant: grant,
            secret: secret,
            connection: try connection(of: secret),
            status: status(of: grant),
            depth: depth,
            userID: top.userID,
            delegatedAgentIDs: try store.grants(below: grant.id).compactMap(\.agentID)
        )
    }

    private mutating func connection(of secret: StoredSecret) throws -> StoredConnection? {
        guard secret.kind == .connection else { return nil }
        if let known = connections[secret.id] { return known }
        let connection = try store.connection(secretID: secret.id)
        connections[secret.id] = connection
        return connection
    }

    private func status(of grant: StoredGrant) -> GrantListQuery.Status {
        if grant.revokedAt != nil { return .revoked }
        return grant.expiresAt.map { $0 <= now } ?? false ? .expired : .active
    }

    private func root(of grant: StoredGrant) throws -> (depth: Int, StoredGrant) {
        var depth = 0
        var top = grant
        while let id = top.parentID, depth < Act.maxDepth, let above = try store.grant(id: id) {
            depth += 1
            top = above
        }
        return (depth, top)
    }
}

extension StoredGrant {
    fileprivate var agentID: String? {
        if case .agent(let id) = principal { id } else { nil }
    }

    fileprivate var userID: String? {
        if case .user(let id) = principal { id } else { nil }
    }
}
