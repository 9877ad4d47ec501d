internal import Logging
internal import PosternAPI
internal import PosternAdmin

/// What runs beside the event loops: the control socket and the housekeeping.
final class ControlPlane: Sendable {
    private let server: ControlServer
    private let housekeeping: Housekeeping
    private let logger: Logger

    /// Opens the control socket.
    init(
        socketPath: String,
        administration: Administration,
        services: ControlServices,
        housekeeping: Housekeeping,
        logger: Logger
    ) throws {
        server = try ControlServer(
            socketPath: socketPath,
            administration: administration,
            services: services,
            logger: logger
        )
        self.housekeeping = housekeeping
        self.logger = logger
    }

    /// Begins to serve operators.
    func start() {
        // From a thread into what is asynchronous; they end with the process.
        Task {
            do { try await server.run() } catch {
                logger.critical("the control socket is closed", metadata: ["reason": "\(error)"])
            }
        }
        Task { await housekeeping.run() }
    }

    /// Takes no more from operators, and writes down what is kept for later.
    func stop() {
        server.stop()
        do { try housekeeping.finish() } catch {
            logger.error("housekeeping failed", metadata: ["reason": "\(error)"])
        }
    }
}
