internal import PosternCore

/// The requests that wait for somebody, and those that did.
struct ApprovalListPage {
    let approvals: [ApprovalSummary]
    let room: Room
    let moments: MomentText

    var page: Page {
        let waiting = approvals.filter { $0.status == .pending }
        let others = approvals.filter { $0.status != .pending }
        return Page(
            title: "Approvals",
            main: """
                <h1>Approvals</h1>
                <section aria-labelledby="waiting"><h2 id="waiting">Waiting for a decision</h2>
                \(waiting.isEmpty ? ApprovalListPage.nothing : list(waiting))</section>
                \(others.isEmpty ? nil : decided(others))
                """
        )
    }

    private static let nothing: HTML = """
        <p class="empty">Nothing waits. When an agent asks for something that needs a person, it stands here; \
        open this page again to see.</p>
        """

    private func decided(_ approvals: [ApprovalSummary]) -> HTML {
        "<section aria-labelledby=\"decided\"><h2 id=\"decided\">Earlier</h2>\(list(approvals))</section>"
    }

    private func list(_ approvals: [ApprovalSummary]) -> HTML {
        "<ul class=\"rows\">\(approvals.map(row))</ul>"
    }

    private func row(_ approval: ApprovalSummary) -> HTML {
        let time: HTML =
            approval.status == .pending
            ? "ends \(moments.distance(approval.expiresAt))" : "asked \(moments.distance(approval.createdAt))"
        let mine: HTML? = approval.isWaitedFor ? "<span class=\"badge mine\">Yours to decide</span>" : nil
        return """
            <li><a href="\(room.approval(approval.id))">\
            <span class="what"><b class="method">\(QuotedText.line(approval.method, limit: 20))</b> \
            <span class="url"><b>\(QuotedText.line(approval.host, limit: 200))</b>\
            \(QuotedText.line(approval.path, limit: 200))</span></span>\
            <span class="by">\(QuotedText.line(approval.asker, limit: 120)) · \(time)</span>\
            <span class="state">\(mine)\(StatusBadge.of(approval.status))</span></a></li>
            """
    }
}
