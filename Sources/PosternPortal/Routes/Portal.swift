internal import CLinux
internal import PosternCore

/// Answers requests that the gate has let in.
struct Portal: Sendable {
    let address: PortalAddress
    let connect: any ConnectPages
    let approvals: any ApprovalPages
    let wallet: any WalletPages
    let logins: any PortalLogins
    let rooms: Rooms
    let formKeys = FormKeys()
    /// Slows those that guess codes and tokens.
    let attempts = AttemptLimiter()

    init(
        address: PortalAddress,
        connect: any ConnectPages,
        approvals: any ApprovalPages,
        wallet: any WalletPages,
        logins: any PortalLogins
    ) {
        self.address = address
        self.connect = connect
        self.approvals = approvals
        self.wallet = wallet
        self.logins = logins
        rooms = Rooms(address: address)
    }

    /// Answers, whatever happens.
    func answer(_ request: PortalRequest) async -> PortalAnswer {
        guard let route = PortalRoute(request.segments),
            request.room == nil || route.isOfOperators && !address.isSecure
        else { return PortalAnswer(GateRefusal.noSuchPage) }
        do {
            switch request.method {
            case .get where route.isPage: return try await page(route, request)
            case .post where route.takesForms: return try await submission(route, request)
            case .get, .post: return PortalAnswer(GateRefusal.wrongMethod)
            }
        } catch {
            return PortalAnswer(error)
        }
    }

    private func page(_ route: PortalRoute, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        switch route {
        case .home: .redirect((request.room ?? .top).approvals)
        case .login: loginPage(request)
        case .consent(let token): try await consentPage(Secret(text: token), request)
        case .callback: try await callback(request)
        case .approvals: try await approvalList(request)
        case .approval(let id): try await approvalPage(id, request)
        case .wallet: try await walletPage(request)
        case .logout, .connect, .deny, .keep, .discard, .approve, .refuse, .revokeConnection, .revokeGrant:
            PortalAnswer(GateRefusal.wrongMethod)
        }
    }

    private func submission(_ route: PortalRoute, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        switch route {
        case .login: try await logIn(request)
        case .logout: try await logOut(request)
        case .connect(let token): try await beginConnecting(Secret(text: token), request)
        case .deny(let token): try await denyConsent(Secret(text: token), request)
        case .keep(let token):
            try await confirm(Secret(text: token), request) { token throws(PageRefusal) in
                try await connect.keep(token)
            }
        case .discard(let token):
            try await confirm(Secret(text: token), request) { token throws(PageRefusal) in
                try await connect.discard(token)
            }
        case .approve(let id): try await approve(id, request)
        case .refuse(let id): try await deny(id, request)
        case .revokeConnection(let id):
            try await revoke(request) { person throws(PageRefusal) in
                try await wallet.revokeConnection(id, by: person)
            }
        case .revokeGrant(let id):
            try await revoke(request) { person throws(PageRefusal) in
                try await wallet.revokeGrant(id, by: person)
            }
        case .home, .consent, .callback, .approvals, .approval, .wallet: PortalAnswer(GateRefusal.wrongMethod)
        }
    }

    /// Goes on only with a form that stood on a page of ours in this browser.
    func checkForm(of request: PortalRequest, cookie: String?) throws(PageRefusal) {
        guard let cookie, isOwnForm(request, cookie: cookie) else { throw Portal.otherForm }
    }

    /// Whether it is a form that stood on a page of ours in the browser that was given this cookie.
    func isOwnForm(_ request: PortalRequest, cookie: String) -> Bool {
        formKeys.isValid(request.form[FormKeys.field], for: request.path, cookie: cookie)
    }

    static let otherForm = PageRefusal.forbidden(
        "This form is not from a page that Postern showed in this browser, or Postern was started anew since. "
            + "Open the page again."
    )

    /// Says what was thrown, or that there were too many wrong guesses.
    func counted(_ refusal: PageRefusal, from request: PortalRequest) -> PageRefusal {
        guard refusal == .notFound,
            attempts.isExhausted(afterWrongKeyFrom: request.peer, now: postern_monotonic_ns())
        else { return refusal }
        return .tooManyGuesses
    }
}
