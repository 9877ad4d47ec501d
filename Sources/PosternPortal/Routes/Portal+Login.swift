internal import CLinux
internal import PosternCore

extension Portal {
    /// Somebody who is signed in.
    struct Visitor: Sendable {
        let person: PortalPerson
        /// The session's cookie, to which forms are bound.
        let cookie: String
    }

    /// A page that signs nobody in: that takes its button, so that nothing which fetches addresses uses up the code.
    func loginPage(_ request: PortalRequest) -> PortalAnswer {
        let (browser, cookies) = browser(of: request)
        let page = LoginPage(
            code: request.query["code"],
            formKey: formKeys.key(for: "/login", cookie: browser)
        )
        return PortalAnswer(status: 200, content: .page(page.page), cookies: cookies)
    }

    func logIn(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        try checkForm(of: request, cookie: request.browser)
        let code = (request.form["code"] ?? "").trimmingSpace
        guard !code.isEmpty, let token = await logins.redeem(Secret(text: code)) else {
            let isExhausted = attempts.isExhausted(afterWrongKeyFrom: request.peer, now: postern_monotonic_ns())
            throw isExhausted
                ? .tooManyGuesses
                : .over("This code is wrong, has been used, or is older than two minutes. Ask for a new one.")
        }
        let cookie = token.withBytes { String(decoding: HexDigit.text(of: Array($0)), as: UTF8.self) }
        var answer = PortalAnswer.redirect("/approvals")
        answer.cookies = [PortalCookie.session.setting(cookie, at: address)]
        return answer
    }

    func logOut(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        try checkForm(of: request, cookie: visitor.cookie)
        if let token = Portal.token(in: visitor.cookie) { await logins.end(token) }
        var answer = PortalAnswer.redirect("/login")
        answer.cookies = [PortalCookie.session.setting(nil, at: address)]
        return answer
    }

    /// Who asks; a page that is only for those who are signed in begins with this.
    func visitor(of request: PortalRequest) async throws(PageRefusal) -> Visitor {
        guard let cookie = request.session, let token = Portal.token(in: cookie),
            let person = await logins.person(of: token)
        else { throw .notSignedIn(retryingAt: request.isFromElsewhere ? request.path : nil) }
        return Visitor(person: person, cookie: cookie)
    }

    /// What tells this browser from others, and what sets it if it is new.
    func browser(of request: PortalRequest) -> (value: String, cookies: [String]) {
        if let known = request.browser { return (known, []) }
        let new = PortalCookie.random()
        return (new, [PortalCookie.browser.setting(new, at: address)])
    }

    private static func token(in cookie: String) -> Secret? { HexDigit.bytes(of: cookie.utf8).map { Secret($0) } }
}

extension String {
    /// Without what comes along when a text is copied.
    fileprivate var trimmingSpace: String {
        let visible = split { $0.isWhitespace }
        return visible.joined()
    }
}
