/// Shows a user the account that a provider has let Postern into, and asks whether it is to be kept.
struct ConfirmationPage {
    let confirmation: ConnectConfirmation
    let place: ConfirmationPath
    let keepKey: String
    let discardKey: String
    let moments: MomentText

    private var request: ConsentRequest { confirmation.request }

    var page: Page {
        Page(
            title: "Keep this account?",
            main: """
                <section class="card narrow">
                \(Emblem.pair(request.agent ?? request.application ?? "", confirmation.provider))
                <h1>\(heading)</h1>
                <p class="lead">\(provider) has agreed. Nothing is kept yet: go on only if you wanted this yourself, and all \
                that stands here is right.</p>
                \(HTML.facts(facts))
                <section class="provider"><h2>What it may do at \(provider)</h2>
                \(scopes)</section>
                \(limits)
                \(keep.markup)
                \(discard.markup)
                </section>
                """
        )
    }

    private var provider: HTML { QuotedText.line(confirmation.provider, limit: 80) }

    private var heading: HTML {
        if let agent = request.agent {
            return "Keep this account for agent <em>\(QuotedText.line(agent, limit: 120))</em>?"
        }
        let application = QuotedText.line(request.application ?? "the application", limit: 120)
        return "Keep this account for <em>\(application)</em>?"
    }

    private var facts: [(name: HTML, value: HTML)] {
        var facts: [(name: HTML, value: HTML)] = [
            ("Account", "\(QuotedText.line(confirmation.account ?? "the provider does not say which")) at \(provider)"),
            ("You are", QuotedText.line(request.user)),
        ]
        if let name = request.agentDisplayName, name != request.agent {
            facts.append(("The agent calls itself", "“\(QuotedText.line(name))”"))
        }
        if let application = request.application { facts.append(("Asked by", QuotedText.line(application))) }
        let end = confirmation.endsAt
        facts.append(("You can answer until", "\(moments.date(end)) (\(moments.distance(end)))"))
        return facts
    }

    private var scopes: HTML {
        confirmation.scopes.isEmpty
            ? "<p>The provider names nothing in particular: it decides what that allows.</p>"
            : HTML.list(confirmation.scopes, class: "chips")
    }

    private var limits: HTML? {
        let limits = request.allLimits
        guard !limits.isEmpty else { return nil }
        return "<section><h2>What it is bound by</h2>\(HTML.list(limits, class: "limits"))</section>"
    }

    private var keep: ActionForm {
        let label: HTML =
            request.agent.map { agent -> HTML in "Keep it, and let \(QuotedText.line(agent, limit: 60)) use it" }
            ?? "Keep it"
        return ActionForm(
            action: place.keep,
            key: keepKey,
            content: "<button class=\"primary wide\">\(label)</button>"
        )
    }

    private var discard: ActionForm {
        ActionForm(
            action: place.discard,
            key: discardKey,
            content: "<button class=\"wide\">Do not connect it</button>"
        )
    }
}

extension ConsentRequest {
    /// All that binds the grant that comes of it.
    var allLimits: [String] { limits + (isDelegable ? ["It may hand a part of this on to other agents."] : []) }
}
