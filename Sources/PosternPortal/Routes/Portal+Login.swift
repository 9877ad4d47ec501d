internal import CLinux
internal import PosternCore

extension Portal {
    /// Somebody who is signed in.
    struct Visitor: Sendable {
        let person: PortalPerson
        /// The session's cookie, to which forms are bound.
        let cookie: String
        let room: Room
    }

    /// A page that signs nobody in: that takes its button, so that nothing which fetches addresses uses up the code.
    func loginPage(_ request: PortalRequest) -> PortalAnswer {
        let (browser, cookies) = browser(of: request)
        let page = LoginPage(
            code: request.query["code"],
            approval: request.query[LoginPage.approvalField].flatMap(Portal.approvalID),
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
        let room = rooms.room(of: cookie)
        let approval = request.form[LoginPage.approvalField].flatMap(Portal.approvalID)
        var answer = PortalAnswer.redirect(approval.map(room.approval) ?? room.approvals)
        answer.cookies = [PortalCookie.session.setting(cookie, at: address, path: room.path)]
        return answer
    }

    func logOut(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        try checkForm(of: request, cookie: visitor.cookie)
        if let token = Portal.token(in: visitor.cookie) { await logins.end(token) }
        var answer = PortalAnswer.redirect("/login")
        answer.cookies = [PortalCookie.session.setting(nil, at: address, path: visitor.room.path)]
        return answer
    }

    /// Who asks; a page that is only for those who are signed in begins with this.
    ///
    /// Whoever does not is told how to sign in, and `approval` is what is shown then.
    func visitor(of request: PortalRequest, approval: String? = nil) async throws(PageRefusal) -> Visitor {
        guard let (cookie, room) = rooms.session(of: request), let token = Portal.token(in: cookie),
            let person = await logins.person(of: token)
        else {
            let mayHaveSession = address.isSecure || request.room != nil
            throw .notSignedIn(
                retryingAt: request.isFromElsewhere && mayHaveSession ? request.path : nil,
                approval: approval.flatMap(Portal.approvalID)
            )
        }
        return Visitor(person: person, cookie: cookie, room: room)
    }

    /// What tells this browser from others, and what sets it if it is new.
    func browser(of request: PortalRequest) -> (value: String, cookies: [String]) {
        if let known = request.browser { return (known, []) }
        let new = PortalCookie.random()
        return (new, [PortalCookie.browser.setting(new, at: address, path: "/")])
    }

    /// What an address may name an approval by: one segment that needs no escape; `nil` for anything else.
    private static func approvalID(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isPlain && (1...64).contains(text.utf8.count) ? text : nil
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
