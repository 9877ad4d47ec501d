internal import PosternCore

/// Shows a person a request that waits, or did, and takes the decision.
struct ApprovalPage {
    /// The field by which somebody says to have seen that not all is shown.
    static let unseenField = "unseen"
    /// What is sent is cut by the desk, which says so in ``ApprovalDetails/isPartial``, and not once more here.
    private static let whole = 1 << 20

    let details: ApprovalDetails
    let room: Room
    let approveKey: String
    let denyKey: String
    let moments: MomentText

    private var summary: ApprovalSummary { details.summary }
    private var path: String { room.approval(summary.id) }

    var page: Page {
        Page(
            title: summary.status == .pending ? "A request waits" : "A request",
            main: """
                <p class="back"><a href="\(room.approvals)">All approvals</a></p>
                <article class="card">
                <p class="state">\(StatusBadge.of(summary.status))<span>\(time)</span></p>
                <h1>\(QuotedText.line(details.words, limit: ApprovalPage.whole))</h1>
                \(outcome)
                <p class="target"><b class="method">\(QuotedText.line(summary.method, limit: 20))</b> \
                <span class="url"><b>\(QuotedText.line(summary.host, limit: ApprovalPage.whole))</b>\(QuotedText.line(summary.path, limit: ApprovalPage.whole))</span></p>
                \(HTML.facts(facts))
                \(said)
                \(table("Parameters of the address", details.parameters))
                \(details.body.map(body))
                \(table("Fields", details.fields))
                \(decisions)
                </article>
                \(form)
                """,
            onward: isUnderWay ? (path, 2) : nil
        )
    }

    /// Whether something more will happen by itself in a moment.
    private var isUnderWay: Bool {
        switch summary.status {
        case .executing: true
        case .approved: details.sender == .daemon
        case .pending, .executed, .failed, .denied, .expired: false
        }
    }

    private var time: HTML {
        summary.status == .pending
            ? "ends \(moments.distance(summary.expiresAt))" : "asked \(moments.date(summary.createdAt))"
    }

    private var facts: [(name: HTML, value: HTML)] {
        let own: [(name: HTML, value: HTML)] = [
            ("Asked", moments.date(summary.createdAt)),
            ("Can be decided until", moments.date(summary.expiresAt)),
            ("Once approved", sending),
        ]
        return details.facts.map { ("\($0.name)", QuotedText.line($0.value)) } + own
    }

    private var sending: HTML {
        switch details.sender {
        case .daemon: "Postern sends it at once, exactly as shown, one time"
        case .client: "the client may send exactly this, one time"
        }
    }

    /// What the asker says, apart from what Postern knows.
    private var said: HTML? {
        guard details.reason != nil || !details.context.isEmpty else { return nil }
        let reason = details.reason.map { text -> HTML in
            "<blockquote>\(QuotedText.block(text))</blockquote>"
        }
        let context = details.context.map { (name: QuotedText.line($0.name), value: QuotedText.line($0.value)) }
        return """
            <section class="said" aria-labelledby="said"><h2 id="said">What the agent says about it</h2>
            \(reason)\(HTML.facts(context))
            <p class="note">These are its own words. Postern has checked none of them.</p></section>
            """
    }

    private func table(_ title: String, _ rows: [NamedText]) -> HTML? {
        guard !rows.isEmpty else { return nil }
        let cells = rows.map { row -> HTML in
            "<tr><th scope=\"row\">\(QuotedText.line(row.name, limit: ApprovalPage.whole))</th><td>\(QuotedText.line(row.value, limit: ApprovalPage.whole))</td></tr>"
        }
        return "<section><table><caption>\(title)</caption><tbody>\(cells)</tbody></table></section>"
    }

    private func body(_ body: BodyPreview) -> HTML {
        let type = body.contentType.map { type -> HTML in "\(QuotedText.line(type, limit: 100)), " }
        guard !body.text.isEmpty else {
            return """
                <section><h2 id="body">Body</h2>
                <p class="note">Body and fields are not kept once a request is over. The body had \(body.byteCount) bytes, \
                SHA-256 <code class="digest">\(body.digest)</code></p></section>
                """
        }
        let cut: HTML? =
            body.isCut
            ? "<p class=\"warning\"><strong>This is not all of it.</strong> Only the beginning is shown.</p>"
            : nil
        return """
            <section><h2 id="body">Body</h2>\(cut)
            <pre tabindex="0" role="region" aria-labelledby="body">\(QuotedText.block(body.text, limit: ApprovalPage.whole))</pre>
            <p class="note">\(type)\(body.byteCount) bytes, SHA-256 <code class="digest">\(body.digest)</code></p></section>
            """
    }

    private var decisions: HTML {
        let rows = details.decisions.map { decision -> HTML in
            let who = decision.approver.map { QuotedText.line($0, limit: 200) } ?? "Any operator"
            let by = decision.decidedBy.map { name -> HTML in " by \(QuotedText.line(name, limit: 200))" }
            let at = decision.decidedAt.map { time -> HTML in ", \(moments.date(time))" }
            return "<li><span>\(who)</span><span>\(StatusBadge.of(decision.status))\(by)\(at)</span></li>"
        }
        return """
            <section aria-labelledby="decisions"><h2 id="decisions">Who decides</h2>
            <ul class="decisions">\(rows)</ul></section>
            """
    }

    private var outcome: HTML? {
        let denied = details.decisionReason.map { text -> HTML in
            "<p class=\"outcome\">Reason given: “\(QuotedText.line(text))”</p>"
        }
        let sent = details.outcome.map { text -> HTML in
            "<p class=\"outcome\" role=\"status\">\(QuotedText.line(text))</p>"
        }
        return "\(denied)\(sent)"
    }

    private var form: HTML? {
        guard summary.status == .pending, summary.isWaitedFor else { return nil }
        let deny = ActionForm(
            action: path + "/deny",
            key: denyKey,
            content: """
                <label for="reason">Reason, if you want to give one</label>
                <input id="reason" name="reason" maxlength="250" autocomplete="off" aria-describedby="reason-note">
                <p class="note" id="reason-note">The agent is told.</p>
                <button class="danger wide">Deny</button>
                """
        )
        let approve = ActionForm(
            action: path + "/approve",
            key: approveKey,
            content: "\(unseen)<button class=\"primary wide\">Approve</button>"
        )
        return """
            <section class="card decide" aria-labelledby="decide"><h2 id="decide">Your decision</h2>
            <div class="choices">\(deny.markup)\(approve.markup)</div></section>
            """
    }

    private var unseen: HTML? {
        guard details.isPartial else { return "<p class=\"note\">It is sent once, as it is shown here.</p>" }
        return """
            <p class="warning" id="partial">More is sent than is shown on this page.</p>
            <p class="tick"><input type="checkbox" id="unseen" name="\(ApprovalPage.unseenField)" value="yes" required \
            aria-describedby="partial"><label for="unseen">I approve what I have not seen, too</label></p>
            """
    }
}
