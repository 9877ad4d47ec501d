internal import PosternCore

/// Shows operators what is connected and who may use it, and takes it back.
struct WalletPage {
    let wallet: Wallet
    /// The user of whom alone it is; `nil` is everybody.
    let user: String?
    let room: Room
    let moments: MomentText
    /// The key of the form that is sent to an address.
    let formKey: (String) -> String

    var page: Page {
        Page(
            title: "Wallet",
            main: """
                <h1>Wallet</h1>
                <form method="get" action="\(room.wallet)" role="search" class="search">
                <label for="user">User</label>
                <input id="user" name="user" value="\(user ?? "")" maxlength="200" autocomplete="off" spellcheck="false">
                <button>Show</button></form>
                \(cut)
                <section aria-labelledby="connections"><h2 id="connections">Connected accounts</h2>
                \(wallet.connections.isEmpty ? WalletPage.noConnections : HTML(wallet.connections.map(connection)))</section>
                \(grants)
                """
        )
    }

    private static let noConnections: HTML = "<p class=\"empty\">No account is connected.</p>"

    private var cut: HTML? {
        wallet.isCut ? "<p class=\"warning\">There is more than fits on this page. Ask for one user.</p>" : nil
    }

    private func connection(_ connection: WalletConnection) -> HTML {
        let isOver = connection.status == .revoked
        let revoke =
            isOver
            ? nil
            : confirmation(
                "\(room.wallet)/connections/\(connection.id)/revoke",
                "Disconnect",
                "Postern forgets its tokens and ends every grant on it. The user would have to connect it again."
            )
        return """
            <article class="card"><p class="state">\(StatusBadge.of(connection.status))\
            <span>since \(moments.date(connection.createdAt))</span></p>
            <h3>\(QuotedText.line(connection.provider, limit: 80)) – \(QuotedText.line(connection.account, limit: 200))</h3>
            <p>Belongs to \(QuotedText.line(connection.user, limit: 200))</p>
            \(HTML.list(connection.scopes, class: "chips"))
            \(tree(connection.grants, namesSubject: false))\(revoke)</article>
            """
    }

    private var grants: HTML? {
        guard !wallet.grants.isEmpty else { return nil }
        return """
            <section aria-labelledby="grants"><h2 id="grants">Grants on other secrets</h2>
            \(tree(wallet.grants, namesSubject: true))</section>
            """
    }

    /// Grants and what is below them; below an account, it goes without saying what they are for.
    private func tree(_ grants: [WalletGrant], namesSubject: Bool) -> HTML? {
        guard !grants.isEmpty else { return nil }
        return "<ul class=\"grants\">\(grants.map { grant($0, namesSubject) })</ul>"
    }

    private func grant(_ grant: WalletGrant, _ namesSubject: Bool) -> HTML {
        let label = grant.label.map { text -> HTML in " “\(QuotedText.line(text, limit: 120))”" }
        let end: HTML = grant.expiresAt.map { time -> HTML in "ends \(moments.date(time))" } ?? "until it is revoked"
        let subject: HTML = namesSubject ? "\(QuotedText.line(grant.subject, limit: 200)) · " : ""
        return """
            <li><div class="grant"><p><strong>\(QuotedText.line(grant.holder, limit: 200))</strong>\(label)<br>\
            <span class="note">\(subject)\(end)</span></p>
            \(HTML.list(grant.limits, class: "limits"))\
            \(confirmation(
                "\(room.wallet)/grants/\(grant.id)/revoke",
                "Revoke",
                "It ends at once, and so does everything that was handed on from it."
            ))</div>\
            \(tree(grant.delegations, namesSubject: namesSubject))</li>
            """
    }

    /// Two steps, so that nothing is taken back by a slip.
    private func confirmation(_ action: String, _ label: String, _ words: String) -> HTML {
        let form = ActionForm(
            action: action,
            key: formKey(action),
            content: "<p>\(words)</p><button class=\"danger\">\(label)</button>"
        )
        return "<details><summary>\(label)…</summary>\(form.markup)</details>"
    }
}
