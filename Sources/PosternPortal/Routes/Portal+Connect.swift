internal import PosternCore

extension Portal {
    func consentPage(_ token: Secret, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let consent: ConsentRequest
        do { consent = try await connect.consent(to: token) } catch { throw counted(error, from: request) }
        let (browser, cookies) = browser(of: request)
        let page = ConsentPage(
            request: consent,
            path: request.path,
            connectKey: formKeys.key(for: request.path + "/approve", cookie: browser),
            denyKey: formKeys.key(for: request.path + "/deny", cookie: browser),
            moments: MomentText(now: request.receivedAt)
        )
        return PortalAnswer(status: 200, content: .page(page.page), cookies: cookies)
    }

    func beginConnecting(_ token: Secret, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        try checkForm(of: request, cookie: request.browser)
        guard let provider = request.form["provider"], let browser = request.browser else {
            throw .invalid("The form names no provider.")
        }
        let location: String
        do {
            location = try await connect.approve(token, provider: provider, browser: KeyDigest(ofKey: browser.utf8))
        } catch { throw counted(error, from: request) }
        guard let link = SafeLink(location) else {
            throw .unavailable("The provider's authorization address is none to which a browser may be sent.")
        }
        // By a page and not by a redirect: browsers hold a form, and all that it leads to, to where forms may go.
        return .page(OnwardPage(link: link).page)
    }

    func denyConsent(_ token: Secret, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        try checkForm(of: request, cookie: request.browser)
        let step: ConnectStep
        do { step = try await connect.deny(token) } catch { throw counted(error, from: request) }
        return answer(to: step, at: request.receivedAt)
    }

    /// Takes what a provider has sent the browser back with.
    ///
    /// What it says counts only in the browser that it was sent from.
    func callback(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        guard let state = request.query["state"], let browser = request.browser else {
            throw .invalid("This is not the browser in which connecting was begun, or it has forgotten that.")
        }
        let response = AuthorizationResponse(
            state: Secret(text: state),
            code: request.query["code"].map { Secret(text: $0) },
            error: request.query["error"],
            issuer: request.query["iss"]
        )
        do {
            let step = try await connect.callback(response, browser: KeyDigest(ofKey: browser.utf8))
            return answer(to: step, at: request.receivedAt)
        } catch { throw counted(error, from: request) }
    }

    /// The page on which it goes on.
    func answer(to step: ConnectStep, at time: Int64) -> PortalAnswer {
        switch step {
        case .confirm(let confirmation): confirmationPage(confirmation, at: time)
        case .more(let token):
            .redirect("/connect/" + String(decoding: QueryParameters.encoded(Array(token.text.utf8)), as: UTF8.self))
        case .completed(let accounts, let returnURL): .page(ConnectEndPage.completed(accounts, returnURL))
        case .denied(let returnURL): .page(ConnectEndPage.denied(returnURL))
        case .failed(let reason, let returnURL): .page(ConnectEndPage.failed(reason, returnURL), status: 502)
        }
    }
}
