internal import CLinux
internal import Logging
internal import PosternAdmin
internal import PosternConfig
internal import PosternCore
internal import PosternFetch
internal import PosternOAuth
internal import PosternPortal
internal import PosternProxy
internal import PosternSDK
internal import PosternStore

/// What stands between programs, people and providers: the API, the desks at which users connect accounts and persons are asked,
/// and the pages.
final class Desks: Sendable {
    let approvals: ApprovalBoard
    let connect: ConnectDesk
    let sessions = PortalSessions()
    /// What the addresses of pages begin with; `nil` if there are none.
    let portalURL: String?
    /// The pages; `nil` if there are none.
    let portal: PortalServer?
    private let administration: Administration
    private let refresher: TokenRefresher
    private let nonces: SQLiteNonces
    private let userTokens: any UserTokenVerifier
    private let settings: ProxySettings
    private let state: OpenedState
    private let logger: Logger

    /// Opens the socket of the pages; nobody is served before ``open(_:for:with:)``.
    init(
        _ state: OpenedState,
        _ administration: Administration,
        gateway: any OAuthGateway,
        fetcher: Fetcher,
        approvalSettings: @escaping @Sendable () -> ApprovalSettings,
        logger: Logger
    ) throws {
        let socket = try state.settings.portal.map { try PortalSocket($0) }
        let portalURL = socket?.address.origin
        self.portalURL = portalURL
        self.state = state
        self.administration = administration
        self.logger = logger
        settings = state.settings
        let live = state.live
        connect = ConnectDesk(
            administration,
            gateway: gateway,
            portalURL: { portalURL },
            declaredProviders: { live.declared.providers.map(\.name) }
        )
        approvals = ApprovalBoard(
            administration: administration,
            settings: approvalSettings,
            portalURL: { portalURL ?? Desks.withoutPages }
        )
        refresher = TokenRefresher(administration, gateway: gateway)
        nonces = try SQLiteNonces(
            state.store,
            report: { logger.error("nonces cannot be written", metadata: ["reason": "\($0)"]) }
        )
        userTokens = settings.userTokens.map { JWKSUserTokenVerifier(settings: $0, fetcher: fetcher) } ?? NoUserTokens()
        portal = socket.map { [connect, approvals, sessions] socket in
            PortalServer(
                socket: socket,
                connect: PortalConnect(desk: connect),
                approvals: PortalApprovals(board: approvals),
                wallet: PortalWallet(administration: administration),
                logins: PortalDoor(sessions: sessions),
                logger: logger
            )
        }
    }

    /// What stands for an approval's page where there are none: it names the approval, for the command line.
    private static let withoutPages = "urn:postern"

    /// Opens the desks to the event loops, by which calls are made from now on.
    func open(_ desks: ProxyDesks, calls: ProxyCalls, view: any DirectoryView) throws {
        let services = SDKServices(
            administration: administration,
            directory: view,
            nonces: nonces,
            carrier: calls,
            userTokens: userTokens,
            connect: connect,
            approvals: approvals,
            settings: settings.api,
            sink: state.audit,
            now: { postern_realtime_ns() },
            issuePlaceholder: { order in view.directory.placeholder(for: order) }
        )
        desks.open(service: SDKService(services), approvals: approvals, refresher: refresher)
        try Waiting.result { [approvals] in try await approvals.start(carrier: calls) }
    }

    /// What is to be done at its time.
    func keep() async throws {
        connect.discardEnded()
        try await approvals.expireDue()
        try await administration.applyDueScopes()
    }

    /// What is to be done now and then.
    func tidy() async throws { try await connect.forgetEnded() }
}

extension Directory {
    /// The text that stands for a grant's credential; `nil` if its principal is no more.
    fileprivate func placeholder(for order: PlaceholderOrder) -> String? {
        let principal: IssuedPlaceholders.Principal
        switch order.principal {
        case .agent(let name):
            guard let id = agent(named: name)?.id else { return nil }
            principal = .agent(id: id)
        case .user(let id): principal = .user(id: id)
        case .app: principal = .app
        }
        return issued.issue(
            to: principal,
            grant: order.grant,
            destination: order.host,
            key: order.key,
            attribution: order.attribution,
            endsAt: order.until,
            now: postern_realtime_ns() / 1_000_000_000
        )
    }
}
