internal import CLinux
internal import Logging
internal import PosternAPI
internal import PosternAdmin
internal import PosternAudit
internal import PosternCertificates
internal import PosternConfig
internal import PosternCore
internal import PosternFetch
internal import PosternOAuth
internal import PosternProxy
internal import PosternStore

/// The daemon's life: read the configuration, open the audit log, serve, reload when told to, drain when told to stop.
package struct Daemon {
    /// What the command line says.
    package struct Options: Sendable {
        package var configuration: String?
        package var isUserMode: Bool
        package var logLevel: String
        /// Whether an older copy of the store than was seen before is taken.
        package var acceptsRestoredStore: Bool

        package init(
            configuration: String?,
            isUserMode: Bool,
            logLevel: String,
            acceptsRestoredStore: Bool = false
        ) {
            self.configuration = configuration
            self.isUserMode = isUserMode
            self.logLevel = logLevel
            self.acceptsRestoredStore = acceptsRestoredStore
        }
    }

    /// How the process ends.
    package enum Exit: Int32, Sendable {
        case success = 0
        case failure = 1
    }

    private let loader: ConfigurationLoader
    private let environment: StartEnvironment
    private let options: Options
    private let configurationPath: String
    private let logger: Logger

    /// Takes the process environment over; afterwards the process has none.
    package init(_ options: Options) {
        environment = StartEnvironment.take()
        let path = ConfigurationLoader.resolvePath(
            explicit: options.configuration,
            userMode: options.isUserMode,
            environment: environment.variables
        )
        loader = ConfigurationLoader(
            path: path,
            userMode: options.isUserMode,
            environment: environment.variables
        )
        self.options = options
        configurationPath = path
        let level = Logger.Level(rawValue: options.logLevel) ?? .info
        let isJournal = environment.variables["JOURNAL_STREAM"] != nil
        var logger = Logger(label: "posternd") { _ in StderrLogHandler(isJournal: isJournal) }
        logger.logLevel = level
        self.logger = logger
    }

    /// Reads the configuration and says whether it can be used.
    package func check() -> Exit {
        do {
            let configuration = try loader.load()
            _ = try Directory(configuration.contents)
            print("the configuration is valid: \(configuration.summary)")
            return .success
        } catch {
            complain(error)
            return .failure
        }
    }

    /// Runs until told to stop.
    package func run() -> Exit {
        guard forbidDumps() else { return .failure }
        postern_raise_descriptor_limit()
        let signals = SignalDescriptor()
        do {
            let configuration = try loader.load()
            let state = try OpenedState(for: configuration, environment, options, logger)
            warnAboutSharedUser()
            for name in environment.repeatedNames.sorted() {
                logger.error(
                    "several sockets were handed over as \(name), and only the first is served; give each a unit and a FileDescriptorName= of its own"
                )
            }
            let snapshot = ProxySnapshot(settings: configuration.settings, directory: state.live.directory)
            let proxyDesks = ProxyDesks()
            let server = try ProxyServer(
                snapshot,
                sink: state.audit,
                uses: StoreUses(state.store, logger),
                desks: proxyDesks,
                issuer: makeIssuer(state),
                inherited: environment.inheritedSockets
            )
            let inForce = InForce(
                server: server,
                live: state.live,
                settings: configuration.settings,
                records: state.records,
                logger: logger
            )
            let fetcher = Fetcher(own: server.endpoints)
            let gateway = OAuthClient(
                fetcher: fetcher,
                secrets: ClientSecretReader(environment: environment.variables)
            )
            let administration = state.administration(telling: gateway) { try inForce.enforce($0) }
            let desks = try Desks(
                state,
                administration,
                gateway: gateway,
                fetcher: fetcher,
                approvalSettings: { inForce.currentSettings.approvals },
                logger: logger
            )
            let reload = Reload(
                loader: loader,
                administration: administration,
                inForce: inForce,
                records: state.records,
                logger: logger
            )
            let control = try makeControl(state, administration, inForce, reload, desks)
            guard state.records.record(.start(version: Version.current, configuration.counts)) else {
                complain("the audit log cannot be written")
                return .failure
            }
            guard server.start() else {
                complain("the event loops cannot be started")
                return .failure
            }
            try desks.open(proxyDesks, calls: server.calls, view: inForce.published)
            let runServer = try makeRunServer(state, inForce, administration)
            if runServer == nil {
                for parts in StoredSandbox.group(environment.inheritedSockets) {
                    StoredSandbox.discard(parts, environment.serviceManager)
                }
            }
            control.start(sandboxes: runServer, inherited: environment.inheritedSockets)
            Service(
                inForce: inForce,
                administration: administration,
                records: state.records,
                reload: reload,
                control: control,
                signals: signals,
                manager: environment.serviceManager,
                logger: logger
            ).run()
            try state.store.close()
            return state.audit.close(within: .seconds(5)) ? .success : .failure
        } catch {
            complain(error)
            return .failure
        }
    }

    /// Makes the state that a daemon needs, and a first agent, whose key is printed as JSON; for `postern init`.
    package func initialise(agent name: String) -> Exit {
        guard forbidDumps() else { return .failure }
        do {
            let configuration = try loader.load()
            let state = try OpenedState(for: configuration, environment, options, logger)
            guard makeIssuer(state) != nil else { return .failure }
            let administration = state.administration { impact in
                try state.live.apply(impact)
                return true
            }
            let made = try Waiting.result {
                try await administration.createAgent(NewAgent(name: name), by: .ofProcess)
            }
            InitialState(agent: made.agent, key: made.key, settings: configuration.settings).write()
            try state.store.close()
            return state.audit.close(within: .seconds(5)) ? .success : .failure
        } catch AuditLogError.locked {
            complain("posternd runs with this state already")
            complain(hint: "`postern agent create \(name)` makes an agent, `postern key mint NAME` gives one a key")
            return .failure
        } catch {
            complain(error)
            return .failure
        }
    }

    private func forbidDumps() -> Bool {
        if postern_forbid_dumps() == 0 { return true }
        complain("the process cannot be made undumpable, and would serve with its memory open to others")
        return false
    }

    private func makeControl(
        _ state: OpenedState,
        _ administration: Administration,
        _ inForce: InForce,
        _ reload: Reload,
        _ desks: Desks
    ) throws -> ControlPlane {
        var services = ControlServices(
            DaemonServices(
                administration: administration,
                inForce: inForce,
                reload: reload,
                state: state,
                configurationPath: configurationPath,
                environment: environment.variables,
                portalURL: desks.portalURL
            )
        )
        services.approvals = desks.approvals
        services.portal = PortalAccess(sessions: desks.sessions) { desks.portalURL }
        return try ControlPlane(
            socketPath: controlSocketPath(state),
            administration: administration,
            services: services,
            housekeeping: Housekeeping(
                administration: administration,
                inForce: inForce,
                store: state.store,
                desks: desks,
                logger: logger
            ),
            desks: desks,
            logger: logger
        )
    }

    private func controlSocketPath(_ state: OpenedState) -> String {
        state.settings.controlSocket ?? "\(state.settings.stateDirectory)/control.sock"
    }

    /// Opens the socket at which sandboxes are registered, unless there is to be none.
    private func makeRunServer(
        _ state: OpenedState,
        _ inForce: InForce,
        _ administration: Administration
    ) throws -> RunServer? {
        let path: String
        switch state.settings.run.socket {
        case .off: return nil
        case .path(let named): path = named
        case .usual:
            let assigned = environment.variables["RUNTIME_DIRECTORY"].flatMap { $0.split(separator: ":").first }
            path = "\(assigned.map(String.init) ?? state.settings.stateDirectory)/run.sock"
        }
        let authority = AuthorityDirectory(stateDirectory: state.settings.stateDirectory)
        let desk = try SandboxDesk(
            entrances: inForce.server.entrances,
            manager: environment.serviceManager,
            rules: { inForce.currentSettings.run },
            published: inForce.published,
            commonAddress: {
                administration.aloneNow { inForce.server.listeners }
                    .first { $0.agent == nil && !$0.address.hasPrefix("unix:") }?.address
            },
            placeholders: state.placeholders,
            authority: try? AuthorityCertificate(reading: authority).pem,
            hidden: [state.settings.stateDirectory, controlSocketPath(state), path, configurationPath],
            records: state.records
        )
        // Nobody else may enter the state directory anyway; what is in it is ours alone.
        let isOurs = path.hasPrefix(state.settings.stateDirectory + "/")
        return try RunServer(path: path, mode: isOurs ? 0o600 : 0o666, desk: desk)
    }

    /// Opens the local certificate authority; without one the rest works, and CONNECT is refused.
    private func makeIssuer(_ state: OpenedState) -> LeafIssuer? {
        do throws(AuthorityError) {
            let directory = AuthorityDirectory(stateDirectory: state.settings.stateDirectory)
            let authority = try CertificateAuthority(
                opening: directory,
                sealer: state.store.fileSealer,
                now: postern_realtime_ns()
            )
            return try LeafIssuer(authority: authority)
        } catch {
            let hint = error.hint.map { "; \($0)" } ?? ""
            logger.error("CONNECT is refused, because certificates cannot be made: \(error)\(hint)")
            return nil
        }
    }

    /// Running as a login user means that the agent may be able to read what the daemon reads.
    private func warnAboutSharedUser() {
        guard options.isUserMode else { return }
        logger.warning(
            "in user mode every process of this user can read the files that secrets come from; give agents a user of their own"
        )
    }

    private func complain(_ error: any Error) {
        complain("\(error)")
        if let hint = (error as? AuditLogError)?.hint ?? (error as? StoreError)?.hint
            ?? (error as? AdministrationError)?.hint
        {
            complain(hint: hint)
        }
    }

    private func complain(hint: String) { StderrLogHandler.write("posternd: hint: \(hint)\n") }

    private func complain(_ text: String) { StderrLogHandler.write("posternd: error: \(text)\n") }
}
