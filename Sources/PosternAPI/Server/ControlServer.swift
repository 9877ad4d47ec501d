internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix
package import PosternAdmin
internal import PosternControl
internal import PosternCore
internal import Synchronization

/// Serves the control interface on a unix socket.
///
/// Who connects is asked of the kernel; nothing that a request says about its origin opens anything, and a request that
/// comes from a web page is refused.
package final class ControlServer: Sendable {
    private static let drainTime = TimeAmount.seconds(5)

    private let socket: ControlSocket
    private let services: ControlServices
    private let responder: RouterResponder<ControlContext>
    private let logger: Logger
    private let requestTime: TimeAmount
    private let connections: OpenConnections
    private let listener = Mutex<Listener>(.waiting)

    /// How far the server's life has come.
    private enum Listener {
        /// -> `starting`, `stopped`
        case waiting
        /// -> `open`, `stopped`
        case starting
        /// -> `stopped`
        case open(any Channel)
        case stopped
    }

    /// Opens the socket; from now on clients can connect, and are served as soon as ``run()`` is called.
    ///
    /// A whole request may take `requestTime` to come in, and an idle connection is kept as long.
    ///
    /// - Throws: ``ControlServerError`` if the socket cannot be opened, or not safely.
    package init(
        socketPath: String,
        administration: Administration,
        services: ControlServices,
        logger: Logger,
        requestTime: Duration = .seconds(30),
        maxConnections: Int = 128
    ) throws(ControlServerError) {
        socket = try ControlSocket(path: socketPath)
        self.services = services
        self.logger = logger
        self.requestTime = TimeAmount(requestTime)
        connections = OpenConnections(limit: maxConnections)
        responder = ControlRouter(administration: administration, services: services).responder()
    }

    /// Serves until it is told to stop and all requests are answered; to be called once.
    package func run() async throws {
        let isWanted = listener.withLock { listener in
            guard case .waiting = listener else { return false }
            listener = .starting
            return true
        }
        guard isWanted else { return }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do { try await serve(on: group) } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// Takes no more connections, lets requests that are at work be answered, and closes.
    package func stop() {
        let before = listener.withLock { listener in
            defer { listener = .stopped }
            return listener
        }
        socket.remove()
        switch before {
        case .waiting: socket.close()
        case .open(let channel):
            channel.close(promise: nil)
            connections.finish()
            channel.eventLoop.scheduleTask(in: ControlServer.drainTime) { [connections] in connections.cut() }
        case .starting, .stopped: break
        }
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(socket.descriptor) { channel in self.open(channel) }
        let isWanted = listener.withLock { listener in
            guard case .starting = listener else { return false }
            listener = .open(server.channel)
            return true
        }
        if !isWanted { server.channel.close(promise: nil) }
        try await server.executeThenClose { inbound in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in inbound {
                    group.addTask { [logger] in
                        await connection.http.handle(value: connection.channel, logger: logger)
                    }
                }
                connections.finish()
            }
        }
    }

    /// A connection whose peer is known.
    private struct Connection: Sendable {
        let http: HTTP1Channel
        let channel: HTTP1Channel.Value
    }

    private func open(_ channel: any Channel) -> EventLoopFuture<Connection> {
        guard connections.admit(channel) else {
            logger.warning("control connection refused: too many are open")
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        return ControlPeer.of(channel).flatMap { [self] peer in
            let http = HTTP1Channel(
                responder: peer.isOperator ? answers(to: peer.operator) : refusals(of: peer.operator),
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [RequestDeadline(self.requestTime)],
                    httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                        maxHeaderFieldSize: 16 * 1024,
                        maxHeaderListSize: 64 * 1024,
                        maxHeaderFieldCount: 100
                    )
                )
            )
            return http.setup(channel: channel, logger: logger).map { Connection(http: http, channel: $0) }
        }
    }

    private func answers(to operator: Operator) -> HTTPChannelHandler.Responder {
        { [responder, logger] request, writer, _ in
            let context = ControlContext(source: ControlContext.Source(logger: logger, operator: `operator`))
            let response = try await responder.respond(to: request, context: context)
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// Another user: recorded once for the connection, which is told so and closed.
    private func refusals(of operator: Operator) -> HTTPChannelHandler.Responder {
        var act = AdministrativeAct("control_connect", by: `operator`)
        act.refusal = "forbidden"
        services.recordRefusal(act)
        logger.warning("control connection of another user refused", metadata: ["user_id": "\(`operator`.userID ?? 0)"])
        return { _, writer, _ in
            let refusal = ControlRefusal(
                status: 403,
                code: "forbidden",
                message: "only the user that runs posternd, and root, may administer it"
            )
            let response = Response(refusal)
            try await writer.write(response: response.head, body: response.body)
            throw refusal
        }
    }
}
