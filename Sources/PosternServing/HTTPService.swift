package import HummingbirdCore
package import Logging
package import NIOCore
internal import NIOPosix
internal import Synchronization

/// Serves HTTP/1.1 on a listening socket, with bounds on everything a client can make it hold.
package final class HTTPService: Sendable {
    /// What clients may ask for.
    package struct Limits: Sendable {
        /// How long a whole request may take to come in, and how long an idle connection is kept.
        package var requestTime: Duration
        /// How long a new connection may say nothing at all.
        package var firstByteTime: Duration
        package var maxConnections: Int
        /// The longest field, and the longest head, in bytes.
        package var maxFieldBytes: Int
        package var maxHeadBytes: Int

        package init(
            requestTime: Duration = .seconds(30),
            firstByteTime: Duration = .seconds(3),
            maxConnections: Int = 128,
            maxFieldBytes: Int = 16 * 1024,
            maxHeadBytes: Int = 64 * 1024
        ) {
            self.requestTime = requestTime
            self.firstByteTime = firstByteTime
            self.maxConnections = maxConnections
            self.maxFieldBytes = maxFieldBytes
            self.maxHeadBytes = maxHeadBytes
        }
    }

    private static let maxFields = 100
    private static let drainTime = TimeAmount.seconds(5)

    private let descriptor: Int32
    private let limits: Limits
    private let logger: Logger
    private let responder: @Sendable (any Channel) -> EventLoopFuture<HTTPChannelHandler.Responder>
    private let connections: OpenConnections
    private let listener = Mutex<Listener>(.waiting)

    /// How far the service's life has come.
    private enum Listener {
        /// -> `starting`, `stopped`
        case waiting
        /// -> `open`, `stopped`
        case starting
        /// -> `stopped`
        case open(any Channel)
        case stopped
    }

    /// Takes over a socket that listens; `responder` says who answers on a connection that was made to it.
    package init(
        descriptor: Int32,
        limits: Limits,
        logger: Logger,
        responder: @escaping @Sendable (any Channel) -> EventLoopFuture<HTTPChannelHandler.Responder>
    ) {
        self.descriptor = descriptor
        self.limits = limits
        self.logger = logger
        self.responder = responder
        connections = OpenConnections(limit: limits.maxConnections)
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
    ///
    /// Returns whether ``run()`` was never called, so that the socket is still its maker's to close.
    package func stop() -> Bool {
        let before = listener.withLock { listener in
            defer { listener = .stopped }
            return listener
        }
        switch before {
        case .waiting: return true
        case .open(let channel):
            // Before anything is closed: without a connection the loop is gone a moment later, and takes no task.
            channel.eventLoop.scheduleTask(in: HTTPService.drainTime) { [connections] in connections.cut() }
            channel.close(promise: nil)
            connections.finish()
        case .starting, .stopped: break
        }
        return false
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(descriptor) { channel in self.open(channel) }
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

    /// A connection whose requests somebody answers.
    private struct Connection: Sendable {
        let http: HTTP1Channel
        let channel: HTTP1Channel.Value
    }

    private func open(_ channel: any Channel) -> EventLoopFuture<Connection> {
        guard connections.admit(channel) else {
            logger.warning("connection refused: requests are at work on all that there may be")
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        return responder(channel).flatMapThrowing { [limits] responder in
            try channel.pipeline.syncOperations.addHandler(FirstByteDeadline(TimeAmount(limits.firstByteTime)))
            return responder
        }
        .flatMap { [self] responder in
            let note: @Sendable (Bool) -> Void = { [connections] isAtWork in
                connections.note(isAtWork: isAtWork, on: channel)
            }
            let http = HTTP1Channel(
                responder: responder,
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [RequestDeadline(TimeAmount(self.limits.requestTime), note: note)],
                    httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                        maxHeaderFieldSize: limits.maxFieldBytes,
                        maxHeaderListSize: limits.maxHeadBytes,
                        maxHeaderFieldCount: HTTPService.maxFields
                    )
                )
            )
            return http.setup(channel: channel, logger: logger).map { Connection(http: http, channel: $0) }
        }
    }
}
