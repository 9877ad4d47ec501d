/// What stands at the top of the pages of operators.
struct Navigation {
    let person: PortalPerson
    let room: Room
    /// The page on which it stands.
    let route: PortalRoute
    let logoutKey: String

    var markup: HTML {
        let signOut = ActionForm(
            action: room.logout,
            key: logoutKey,
            content: "<button class=\"plain\">Sign out</button>"
        )
        return """
            <nav aria-label="Pages"><ul>
            \(link(room.approvals, "Approvals", isHere: route == .approvals))\(walletLink)
            </ul></nav>
            <div class="who"><span>\(who)</span>\(signOut.markup)</div>

            """
    }

    private var walletLink: HTML? {
        switch person {
        case .operator: link(room.wallet, "Wallet", isHere: route == .wallet)
        case .approver: nil
        }
    }

    private var who: HTML {
        switch person {
        case .operator: "Operator"
        case .approver(let name): QuotedText.line(name, limit: 60)
        }
    }

    private func link(_ path: String, _ name: String, isHere: Bool) -> HTML {
        isHere
            ? "<li><a href=\"\(path)\" aria-current=\"page\">\(name)</a></li>"
            : "<li><a href=\"\(path)\">\(name)</a></li>"
    }
}
