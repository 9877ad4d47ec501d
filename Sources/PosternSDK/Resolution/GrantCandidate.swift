internal import PosternCore

/// A grant among which a request chooses.
struct GrantCandidate: Hashable, Sendable {
    let id: String
    /// The provider of its credential.
    let provider: String
    let secretName: String
    let isConnection: Bool
    let label: String?
    let account: String?
    let accountDisplayName: String?
    /// The user below whose grant it stands, or whose it is.
    let userID: String?
    /// Whether it stands below another one.
    let isDelegation: Bool
    /// Seconds since 1970; `nil` is never.
    let expiresAt: Int64?

    /// By what clients call what they ask for: the provider of a connection, the name of a managed secret.
    var clientName: String { isConnection ? provider : secretName }
}

extension GrantCandidate {
    /// Takes a rule of a directory; `nil` for one without a credential.
    init?(_ rule: AccessRule) {
        guard let provider = rule.providerName, let credential = rule.credential else { return nil }
        let facts = rule.facts
        self.init(
            id: rule.id,
            provider: provider,
            secretName: facts?.secretName ?? credential.name,
            isConnection: facts?.isConnection ?? false,
            label: facts?.label,
            account: facts?.account,
            accountDisplayName: facts?.accountDisplayName,
            userID: facts?.userID,
            isDelegation: facts?.parentID != nil,
            expiresAt: rule.expiresAt
        )
    }
}

/// Which of somebody's grants a request means.
enum GrantChoice: Equatable {
    case one(GrantCandidate)
    case none
    /// It was meant, and its time is over.
    case expired(GrantCandidate)
    case several([GrantCandidate])

    /// Chooses among grants; the same ones give the same answer, and nothing is guessed.
    ///
    /// What has expired only counts where nothing else is meant. `now` is in seconds since 1970.
    init(_ address: GrantAddress, among candidates: [GrantCandidate], now: Int64) {
        let meant = GrantChoice.meant(by: address, among: candidates)
        let alive = meant.filter { candidate in candidate.expiresAt.map { now < $0 } ?? true }
        switch (alive.count, alive.first) {
        case (1, let only?): self = .one(only)
        case (0, _): self = meant.first.map { .expired($0) } ?? .none
        default: self = .several(alive.sorted { $0.id < $1.id })
        }
    }

    private static func meant(by address: GrantAddress, among candidates: [GrantCandidate]) -> [GrantCandidate] {
        switch address.root {
        case .grant(let id): return candidates.filter { $0.id == id }
        case .provider(let name):
            let narrowed = candidates.filter { candidate in
                address.account.map { $0 == candidate.account } ?? true
                    && address.label.map { $0 == candidate.label } ?? true
                    && address.userID.map { $0 == candidate.userID } ?? true
            }
            let named = narrowed.filter { $0.clientName == name }
            // The provider of a managed secret means it, too, unless something else has that very name.
            return named.isEmpty ? narrowed.filter { $0.provider == name } : named
        }
    }
}
