package import PosternCore

/// What the pages about connected accounts and grants ask for and do; for operators.
///
/// Implemented over the use cases, and by tests.
package protocol WalletPages: Sendable {
    /// What there is of a user, by subject or id, or of everybody; not more than a page holds.
    func wallet(of user: String?) async throws(PageRefusal) -> Wallet

    /// Forgets the tokens of a connection and ends the grants on it.
    func revokeConnection(_ id: String, by person: PortalPerson) async throws(PageRefusal)

    /// Ends a grant or a delegation, and all below it.
    func revokeGrant(_ id: String, by person: PortalPerson) async throws(PageRefusal)
}

/// Accounts that are connected, and what may be done with them and with other secrets.
package struct Wallet: Hashable, Sendable {
    package var connections: [WalletConnection]
    /// Grants on what is no connection.
    package var grants: [WalletGrant]
    /// Whether there is more than this.
    package var isCut: Bool

    package init(connections: [WalletConnection], grants: [WalletGrant], isCut: Bool = false) {
        self.connections = connections
        self.grants = grants
        self.isCut = isCut
    }
}

/// A connected account.
package struct WalletConnection: Hashable, Sendable {
    package let id: String
    /// Whose it is, for people.
    package var user: String
    /// The provider's name for people.
    package var provider: String
    package var account: String
    package var scopes: [String]
    package var status: StoredConnection.Status
    /// Nanoseconds since 1970.
    package var createdAt: Int64
    package var grants: [WalletGrant]

    package init(
        id: String,
        user: String,
        provider: String,
        account: String,
        scopes: [String],
        status: StoredConnection.Status,
        createdAt: Int64,
        grants: [WalletGrant]
    ) {
        self.id = id
        self.user = user
        self.provider = provider
        self.account = account
        self.scopes = scopes
        self.status = status
        self.createdAt = createdAt
        self.grants = grants
    }
}

/// A grant in force, and what was delegated of it.
package struct WalletGrant: Hashable, Sendable {
    package let id: String
    /// Who has it, for people, such as `agent research-bot`.
    package var holder: String
    /// What it is a grant on, such as the name of a secret.
    package var subject: String
    package var label: String?
    /// What it is bound by, a short sentence each.
    package var limits: [String]
    /// Nanoseconds since 1970; `nil` is until it is revoked.
    package var expiresAt: Int64?
    package var delegations: [WalletGrant]

    package init(
        id: String,
        holder: String,
        subject: String,
        label: String? = nil,
        limits: [String] = [],
        expiresAt: Int64? = nil,
        delegations: [WalletGrant] = []
    ) {
        self.id = id
        self.holder = holder
        self.subject = subject
        self.label = label
        self.limits = limits
        self.expiresAt = expiresAt
        self.delegations = delegations
    }
}
