internal import CLinux
internal import Logging
internal import PosternAudit
internal import PosternCertificates
internal import PosternConfig
internal import PosternCore
internal import PosternProxy

/// The daemon's life: read the configuration, open the audit log, serve, reload when told to, drain when told to stop.
package struct Daemon {
    /// What the command line says.
    package struct Options: Sendable {
        package var configuration: String?
        package var isUserMode: Bool
        package var logLevel: String

        package init(configuration: String?, isUserMode: Bool, logLevel: String) {
            self.configuration = configuration
            self.isUserMode = isUserMode
            self.logLevel = logLevel
        }
    }

    /// How the process ends.
    package enum Exit: Int32, Sendable {
        case success = 0
        case failure = 1
    }

    private let loader: ConfigurationLoader
    private let environment: StartEnvironment
    private let isUserMode: Bool
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
        isUserMode = options.isUserMode
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
        guard postern_forbid_dumps() == 0 else {
            complain("the process cannot be made undumpable, and would serve with its memory open to others")
            return .failure
        }
        postern_raise_descriptor_limit()
        let signals = SignalDescriptor()
        do {
            let configuration = try loader.load()
            let placeholders = try PlaceholderKeyFile(stateDirectory: configuration.settings.stateDirectory).open()
            let directory = try Directory(configuration.contents, placeholders: placeholders)
            warnAboutSharedUser()
            let audit = try openAuditLog(configuration.settings)
            let snapshot = ProxySnapshot(settings: configuration.settings, directory: directory)
            let server = try ProxyServer(
                snapshot,
                sink: audit,
                issuer: makeIssuer(configuration.settings),
                inherited: environment.inheritedSockets
            )
            let administration = AdministrativeLog(audit)
            guard administration.record(.start(version: Version.current, configuration.counts)) else {
                complain("the audit log cannot be written")
                return .failure
            }
            guard server.start() else {
                complain("the event loops cannot be started")
                return .failure
            }
            var service = Service(
                server: server,
                administration: administration,
                loader: loader,
                snapshot: snapshot,
                signals: signals,
                manager: environment.serviceManager,
                logger: logger
            )
            service.run()
            return audit.close(within: .seconds(5)) ? .success : .failure
        } catch {
            complain(error)
            return .failure
        }
    }

    private func openAuditLog(_ settings: ProxySettings) throws(AuditLogError) -> AuditLog {
        let logger = logger
        return try AuditLog(stateDirectory: settings.stateDirectory, settings: settings.audit) { $0.log(to: logger) }
    }

    /// Opens the local certificate authority; without one the rest works, and CONNECT is refused.
    private func makeIssuer(_ settings: ProxySettings) -> LeafIssuer? {
        do throws(AuthorityError) {
            let directory = AuthorityDirectory(stateDirectory: settings.stateDirectory)
            return try LeafIssuer(authority: CertificateAuthority(opening: directory, now: postern_realtime_ns()))
        } catch {
            let hint = error.hint.map { "; \($0)" } ?? ""
            logger.error("CONNECT is refused, because certificates cannot be made: \(error)\(hint)")
            return nil
        }
    }

    /// Running as a login user means that the agent may be able to read what the daemon reads.
    private func warnAboutSharedUser() {
        guard isUserMode else { return }
        logger.warning(
            "in user mode every process of this user can read the files that secrets come from; give agents a user of their own"
        )
    }

    private func complain(_ error: any Error) {
        complain("\(error)")
        if let hint = (error as? AuditLogError)?.hint { StderrLogHandler.write("posternd: hint: \(hint)\n") }
    }

    private func complain(_ text: String) { StderrLogHandler.write("posternd: error: \(text)\n") }
}
