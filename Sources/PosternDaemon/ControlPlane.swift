internal import Logging
internal import PosternAPI
internal import PosternAdmin
internal import PosternPortal
internal import Synchronization

/// What runs beside the event loops: the control socket, the pages and the housekeeping.
final class ControlPlane: Sendable {
    private let server: ControlServer
    private let housekeeping: Housekeeping
    private let desks: Desks
    private let logger: Logger
    /// The housekeeping under way.
    private let keeping = Mutex<Task<Void, Never>?>(nil)
    private let sandboxes = Mutex<RunServer?>(nil)

    /// Opens the control socket.
    init(
        socketPath: String,
        administration: Administration,
        services: ControlServices,
        housekeeping: Housekeeping,
        desks: Desks,
        logger: Logger
    ) throws {
        server = try ControlServer(
            socketPath: socketPath,
            administration: administration,
            services: services,
            logger: logger
        )
        self.housekeeping = housekeeping
        self.desks = desks
        self.logger = logger
    }

    /// Begins to serve operators, and those who run agents.
    ///
    /// `inherited` are sockets that the service manager handed over, by name.
    func start(sandboxes runServer: RunServer?, inherited: [String: CInt]) {
        runServer?.start(inherited)
        sandboxes.withLock { $0 = runServer }
        // From a thread into what is asynchronous; `stop` ends both.
        Task {
            do { try await server.run() } catch {
                logger.critical("the control socket is closed", metadata: ["reason": "\(error)"])
            }
        }
        if let portal = desks.portal, let url = desks.portalURL {
            logger.info("pages", metadata: ["url": "\(url)"])
            Task {
                do { try await portal.run() } catch {
                    logger.critical("the portal is closed", metadata: ["reason": "\(error)"])
                }
            }
        }
        keeping.withLock { $0 = Task { [housekeeping] in await housekeeping.run() } }
    }

    /// Takes no more from operators, and writes down what is kept for later.
    func stop() {
        server.stop()
        sandboxes.withLock { $0 }?.stop()
        desks.portal?.stop()
        try? Waiting.result { [desks] in await desks.approvals.stop() }
        keeping.withLock { $0?.cancel() }
        do { try housekeeping.finish() } catch {
            logger.error("housekeeping failed", metadata: ["reason": "\(error)"])
        }
    }
}
