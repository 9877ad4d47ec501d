internal import PosternAdmin
internal import PosternCore
internal import PosternPortal

/// The pages about accounts and grants, over the use cases.
struct PortalWallet: WalletPages {
    private static let maxListed = 500

    let administration: Administration

    func wallet(of user: String?) async throws(PageRefusal) -> Wallet {
        try await PageRefusal.asked { () throws(AdministrationError) in
            let connections = try await administration.connections(ofUser: user)
            var query = GrantQuery()
            query.principal = user.map { .user($0) }
            let page = Page(limit: PortalWallet.maxListed)
            let (grants, total) = try await administration.grants(query, page)
            let connected = Set(connections.flatMap { $0.grants.map(\.grant.id) })
            let others = grants.filter { !connected.contains($0.grant.id) }
            return Wallet(
                connections: connections.prefix(PortalWallet.maxListed).map(WalletConnection.init),
                grants: WalletGrant.tree(of: others),
                isCut: total > grants.count || connections.count > PortalWallet.maxListed
            )
        }
    }

    func revokeConnection(_ id: String, by person: PortalPerson) async throws(PageRefusal) {
        _ = try await PageRefusal.asked { () throws(AdministrationError) in
            try await administration.revokeConnection(id, by: person.asOperator)
        }
    }

    func revokeGrant(_ id: String, by person: PortalPerson) async throws(PageRefusal) {
        _ = try await PageRefusal.asked { () throws(AdministrationError) in
            try await administration.revokeGrant(id, by: person.asOperator)
        }
    }
}

extension WalletConnection {
    fileprivate init(_ described: DescribedConnection) {
        self.init(
            id: described.connection.id,
            user: described.userSubject,
            provider: PortalConnect.title(described.connection.provider),
            account: described.connection.accountDisplayName ?? described.account ?? "an account",
            scopes: described.connection.scopes,
            status: described.connection.status,
            createdAt: described.connection.createdAt,
            grants: WalletGrant.tree(of: described.grants)
        )
    }
}

extension WalletGrant {
    /// Grants with those that stand below them; one whose parent is not among them stands by itself.
    fileprivate static func tree(of grants: [DescribedGrant]) -> [WalletGrant] {
        let ids = Set(grants.map(\.grant.id))
        let children = Dictionary(grouping: grants.filter { $0.grant.parentID.map(ids.contains) ?? false }) {
            $0.grant.parentID ?? ""
        }
        func node(_ described: DescribedGrant) -> WalletGrant {
            WalletGrant(described, delegations: (children[described.grant.id] ?? []).map(node))
        }
        return grants.filter { !($0.grant.parentID.map(ids.contains) ?? false) }.map(node)
    }

    private init(_ described: DescribedGrant, delegations: [WalletGrant]) {
        let grant = described.grant
        let kind =
            switch grant.principal {
            case .agent: "agent"
            case .user: "user"
            case .group: "group"
            case .system: "the application"
            }
        self.init(
            id: grant.id,
            holder: described.principalName.map { "\(kind) \($0)" } ?? kind,
            subject: described.secretName,
            label: grant.label,
            limits: TermsInWords.sentences(grant.terms),
            expiresAt: grant.expiresAt,
            delegations: delegations
        )
    }
}
