internal import PosternAdmin
internal import PosternConfig
internal import PosternCore
internal import PosternPortal

/// The pages about connecting accounts, over the desk.
struct PortalConnect: ConnectPages {
    let desk: ConnectDesk

    func consent(to pageToken: Secret) async throws(PageRefusal) -> ConsentRequest {
        let page = try await PageRefusal.asked { () throws(AdministrationError) in
            try await desk.page(PortalConnect.text(pageToken))
        }
        guard page.isOpen else { throw .over(PortalConnect.ending(of: page)) }
        return ConsentRequest(page)
    }

    func approve(_ pageToken: Secret, provider: String, browser: KeyDigest) async throws(PageRefusal) -> String {
        try await PageRefusal.asked { () throws(AdministrationError) in
            try await desk.approve(
                page: PortalConnect.text(pageToken),
                provider: provider,
                browser: Secret(browser.bytes)
            )
        }
    }

    func deny(_ pageToken: Secret) async throws(PageRefusal) -> ConnectStep {
        let outcome = try await PageRefusal.asked { () throws(AdministrationError) in
            try await desk.deny(page: PortalConnect.text(pageToken))
        }
        return try await step(outcome)
    }

    func callback(_ response: AuthorizationResponse, browser: KeyDigest) async throws(PageRefusal) -> ConnectStep {
        let callback = ConnectCallback(
            state: PortalConnect.text(response.state),
            code: response.code,
            error: response.error,
            issuer: response.issuer
        )
        return try await step(await desk.callback(callback, browser: Secret(browser.bytes)))
    }

    func keep(_ token: Secret) async throws(PageRefusal) -> ConnectStep {
        try await step(await desk.keep(PortalConnect.text(token)))
    }

    func discard(_ token: Secret) async throws(PageRefusal) -> ConnectStep {
        try await step(await desk.discard(PortalConnect.text(token)))
    }

    private func step(_ outcome: ConnectOutcome) async throws(PageRefusal) -> ConnectStep {
        switch outcome {
        case .open(let pageURL):
            let token = pageURL.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }
            return .more(pageToken: Secret(Array(token.reversed())))
        case .arrived(let arrival): return .confirm(ConnectConfirmation(arrival))
        case .completed(let accounts, let returnURL):
            return .completed(
                accounts: accounts.map {
                    ConnectedAccount(provider: Self.title($0.provider), account: $0.account ?? "")
                },
                returnURL: returnURL
            )
        case .denied(let returnURL): return .denied(returnURL: returnURL)
        case .failed(let message, let returnURL): return .failed(reason: message, returnURL: returnURL)
        case .refused(let reason): throw .over(reason)
        }
    }

    private static func ending(of page: ConnectPage) -> String {
        switch page.state {
        case .completed: "The accounts are connected."
        case .failed(_, let message): message
        case .expired, .pending: "This request has ended. Ask the application for another one."
        }
    }

    private static func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }

    /// What a provider is called for people.
    static func title(_ provider: String) -> String { ProviderCatalogue.builtIn.entries[provider]?.title ?? provider }
}

extension ConsentRequest {
    fileprivate init(_ page: ConnectPage) {
        self.init(
            agent: page.agent?.name,
            agentDisplayName: page.agent?.displayName,
            application: page.returnURL.flatMap(ConsentRequest.origin),
            user: page.userName,
            providers: page.providers.map(ConsentProvider.init),
            limits: ConsentRequest.limits(page),
            isDelegable: page.isDelegable,
            expiresAt: page.expiresAt
        )
    }

    private static func origin(of url: String) -> String? {
        guard let start = url.firstRange(of: "://") else { return nil }
        return String(url[..<start.upperBound]) + String(url[start.upperBound...].prefix { !"/?#".contains($0) })
    }

    private static func limits(_ page: ConnectPage) -> [String] {
        let terms = TermsInWords.sentences(page.terms)
        guard let end = page.grantEndsAt.map(Timestamp.text) else { return terms }
        return ["It ends on \(end.prefix(10)) at \(end.dropFirst(11).prefix(5)) UTC"] + terms
    }
}

extension ConnectConfirmation {
    fileprivate init(_ arrival: ConnectArrival) {
        self.init(
            token: Secret(Array(arrival.token.utf8)),
            request: ConsentRequest(arrival.page),
            provider: PortalConnect.title(arrival.provider),
            account: arrival.account,
            scopes: arrival.scopes,
            endsAt: arrival.endsAt
        )
    }
}

extension ConsentProvider {
    fileprivate init(_ provider: ConnectPageProvider) {
        let status: Status =
            switch provider.state {
            case .open: .asked
            case .connected(let account): .connected(account: account ?? "an account")
            case .declined: .declined(reason: "You have declined.")
            case .failed(let message): .declined(reason: message)
            }
        self.init(
            name: provider.name,
            displayName: PortalConnect.title(provider.name),
            scopes: provider.scopes,
            status: status,
            accounts: provider.accounts,
            notes: ConsentProvider.notes(provider)
        )
    }

    private static func notes(_ provider: ConnectPageProvider) -> [String] {
        var notes: [String] = []
        if provider.isRepair {
            notes.append("Your account is connected again. Everybody whom you have let use it goes on with it.")
        }
        if !provider.tellsAccounts {
            notes.append(
                provider.isRepair
                    ? "Postern cannot tell accounts apart here: be sure to choose the same one."
                    : "Postern cannot tell accounts apart here: what you connect now stands beside what is connected already."
            )
        }
        return notes
    }
}
