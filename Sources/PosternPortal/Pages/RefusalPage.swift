extension PortalAnswer {
    /// Says why a page cannot be shown, or something not be done.
    init(_ refusal: PageRefusal) {
        switch refusal {
        case .notFound:
            self.init(
                404,
                "There is no such page",
                "<p>It may be over, or the address is not whole. Links to connect an account work for a few minutes.</p>"
            )
        case .over(let words): self.init(410, "This is over", "<p>\(QuotedText.line(words))</p>", end: .neutral)
        case .forbidden(let words): self.init(403, "You may not do this", "<p>\(QuotedText.line(words))</p>")
        case .invalid(let words): self.init(400, "This cannot be used", "<p>\(QuotedText.line(words))</p>")
        case .unavailable(let words): self.init(503, "Not now", "<p>\(QuotedText.line(words))</p>")
        case .tooManyGuesses:
            self.init(
                429,
                "Too many wrong attempts",
                "<p>Wait a moment, and try again with the right address or code.</p>"
            )
        case .notSignedIn(let path, let approval):
            let way = LoginPage.path(approval: approval)
            let open: HTML? =
                approval == nil ? nil : "<p>If you are signed in already, open it from the list in that window.</p>"
            self.init(
                403,
                "Sign in first",
                """
                <p>This page is for operators and approvers. Whoever runs Postern makes a link that signs you in: \
                <code>postern portal login</code>.</p>\(open)
                <p><a class="button wide" href="\(way)">I have a code</a></p>
                """,
                end: .neutral
            )
            if let path, case .page(var page) = content {
                page.onward = (path, 0)
                content = .page(page)
            }
        }
    }

    /// Says why a request is not looked at.
    init(_ refusal: GateRefusal) {
        switch refusal {
        case .wrongHost:
            self.init(
                421,
                "Another address",
                "<p>Postern’s pages are not served under the address that was asked for.</p>"
            )
        case .wrongMethod: self.init(405, "Not like this", "<p>This address cannot be asked in this way.</p>")
        case .noSuchPage: self.init(404, "There is no such page", "<p>The address is not one of Postern’s.</p>")
        case .malformed: self.init(400, "This cannot be read", "<p>The request is not well formed.</p>")
        case .tooLarge: self.init(413, "Too much", "<p>The form is larger than it may be.</p>")
        case .notOpenedAsPage:
            self.init(403, "Open it by itself", "<p>Postern’s pages are not shown inside of other pages.</p>")
        case .fromAnotherSite:
            self.init(403, "From another site", "<p>Another site sent this form. Only Postern’s own pages may.</p>")
        }
    }

    private init(_ status: Int, _ title: String, _ words: HTML, end: Emblem.End = .bad) {
        self = .page(
            Page(
                title: title,
                main: "<section class=\"card narrow centred\">\(Emblem.end(end))<h1>\(title)</h1>\(words)</section>"
            ),
            status: status
        )
    }
}
