/// What a path names.
enum PortalRoute: Hashable, Sendable {
    case home
    case login, logout
    case consent(token: String)
    case connect(token: String)
    case deny(token: String)
    case callback
    case keep(token: String)
    case discard(token: String)
    case approvals
    case approval(id: String)
    case approve(id: String)
    case refuse(id: String)
    case wallet
    case revokeConnection(id: String)
    case revokeGrant(id: String)

    /// Takes the decoded segments of a path; `nil` if it names nothing.
    init?(_ segments: [String]) {
        func segment(_ index: Int) -> String? { index < segments.count ? segments[index] : nil }
        switch (segments.count, segment(0), segment(1), segment(2), segment(3)) {
        case (0, _, _, _, _): self = .home
        case (1, "login", _, _, _): self = .login
        case (1, "logout", _, _, _): self = .logout
        case (2, "connect", "callback", _, _): self = .callback
        case (4, "connect", "confirm", let token?, "keep"): self = .keep(token: token)
        case (4, "connect", "confirm", let token?, "discard"): self = .discard(token: token)
        case (2, "connect", let token?, _, _): self = .consent(token: token)
        case (3, "connect", let token?, "approve", _): self = .connect(token: token)
        case (3, "connect", let token?, "deny", _): self = .deny(token: token)
        case (1, "approvals", _, _, _): self = .approvals
        case (2, "approvals", let id?, _, _): self = .approval(id: id)
        case (3, "approvals", let id?, "approve", _): self = .approve(id: id)
        case (3, "approvals", let id?, "deny", _): self = .refuse(id: id)
        case (1, "wallet", _, _, _): self = .wallet
        case (4, "wallet", "connections", let id?, "revoke"): self = .revokeConnection(id: id)
        case (4, "wallet", "grants", let id?, "revoke"): self = .revokeGrant(id: id)
        case _: return nil
        }
    }

    /// Whether a form may be sent to it; all but those can be opened.
    var takesForms: Bool {
        switch self {
        case .login, .logout, .connect, .deny, .keep, .discard, .approve, .refuse, .revokeConnection, .revokeGrant: true
        case .home, .consent, .callback, .approvals, .approval, .wallet: false
        }
    }

    /// Whether it is for those who are signed in, whose room it is in.
    var isOfOperators: Bool {
        switch self {
        case .home, .logout, .approvals, .approval, .approve, .refuse, .wallet, .revokeConnection, .revokeGrant: true
        case .login, .consent, .connect, .deny, .callback, .keep, .discard: false
        }
    }

    /// Whether it is a page that can be opened.
    var isPage: Bool { !takesForms || self == .login }
}
