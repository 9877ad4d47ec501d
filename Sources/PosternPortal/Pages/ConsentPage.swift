/// Asks a user whether an agent may use accounts.
struct ConsentPage {
    let request: ConsentRequest
    /// The page's own path, below which its forms go.
    let path: String
    let connectKey: String
    let denyKey: String
    let moments: MomentText

    var page: Page {
        Page(
            title: "Connect an account",
            main: """
                <section class="card narrow">
                \(Emblem.pair(asker, request.providers.first?.displayName ?? ""))
                <h1>\(heading)</h1>
                <p class="lead">\(lead)</p>
                \(HTML.facts(facts))
                \(limits)
                \(request.providers.map(provider))
                <p class="note">\(asking) never sees your password, nor the key that the provider hands out: \
                Postern keeps that, adds it to the requests that are allowed, and records each of them.</p>
                \(deny.markup)
                </section>
                """
        )
    }

    private var asker: String { request.agent ?? request.application ?? "" }

    private var asking: HTML {
        if let agent = request.agent { return "<strong>\(QuotedText.line(agent, limit: 120))</strong>" }
        return "The application"
    }

    private var heading: HTML {
        if let agent = request.agent {
            return "Let agent <em>\(QuotedText.line(agent, limit: 120))</em> act for you?"
        }
        return
            "Let <em>\(QuotedText.line(request.application ?? "this application", limit: 120))</em> use your account?"
    }

    private var lead: HTML {
        request.providers.count == 1
            ? "If you approve, you are asked once more by \(QuotedText.line(request.providers[0].displayName, limit: 80)) itself."
            : "Approve one by one, and only what you want. Each provider asks you once more itself."
    }

    private var facts: [(name: HTML, value: HTML)] {
        var facts: [(name: HTML, value: HTML)] = [("You are", QuotedText.line(request.user))]
        if let name = request.agentDisplayName, name != request.agent {
            facts.append(("The agent calls itself", "“\(QuotedText.line(name))”"))
        }
        if let application = request.application { facts.append(("Asked by", QuotedText.line(application))) }
        facts.append(
            ("You can answer until", "\(moments.date(request.expiresAt)) (\(moments.distance(request.expiresAt)))")
        )
        return facts
    }

    private func provider(_ provider: ConsentProvider) -> HTML {
        let name = QuotedText.line(provider.displayName, limit: 80)
        let scopes: HTML =
            provider.scopes.isEmpty
            ? "<p>It asks for nothing in particular: \(name) decides what that allows.</p>"
            : "<p>It asks \(name) for:</p>\(HTML.list(provider.scopes, class: "chips"))"
        let accounts: HTML =
            provider.accounts.isEmpty
            ? "" : "<p>Connected already:</p>\(HTML.list(provider.accounts, class: "chips"))"
        let notes = provider.notes.map { "<p>\(QuotedText.line($0, limit: 200))</p>" as HTML }
        return """
            <section class="provider">
            <h2>\(name)</h2>
            \(scopes)\(accounts)\(notes)\(state(of: provider, name))
            </section>
            """
    }

    private func state(of provider: ConsentProvider, _ name: HTML) -> HTML {
        switch provider.status {
        case .asked: return connect(provider, "Approve and go to \(name)")
        case .connected(let account):
            return "<p class=\"done\" role=\"status\">Connected as \(QuotedText.line(account))</p>"
        case .declined(let reason):
            return """
                <p class="failed" role="status">Not connected: \(QuotedText.line(reason))</p>
                \(connect(provider, "Try again at \(name)"))
                """
        }
    }

    private func connect(_ provider: ConsentProvider, _ label: HTML) -> HTML {
        ActionForm(
            action: path + "/approve",
            key: connectKey,
            fields: [("provider", provider.name)],
            content: "<button class=\"primary wide\">\(label)</button>"
        ).markup
    }

    private var limits: HTML? {
        let limits = request.allLimits
        guard !limits.isEmpty else { return nil }
        return "<section><h2>What it is bound by</h2>\(HTML.list(limits, class: "limits"))</section>"
    }

    private var deny: ActionForm {
        let isPartial = request.providers.contains { provider in
            switch provider.status {
            case .connected: true
            case .asked, .declined: false
            }
        }
        let label: HTML = isPartial ? "Connect nothing more" : "Deny"
        return ActionForm(
            action: path + "/deny",
            key: denyKey,
            content: "<button class=\"wide\">\(label)</button>"
        )
    }
}
