internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
package import PosternAdmin
internal import PosternControl
internal import PosternCore
internal import PosternServing

/// Serves the control interface on a unix socket.
///
/// Who connects is asked of the kernel; nothing that a request says about its origin opens anything, and a request that
/// comes from a web page is refused.
package final class ControlServer: Sendable {
    private let socket: ControlSocket
    private let service: HTTPService

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
        let socket = try ControlSocket(path: socketPath)
        let responders = ControlResponders(
            responder: ControlRouter(administration: administration, services: services).responder(),
            recordRefusal: services.recordRefusal,
            logger: logger
        )
        self.socket = socket
        service = HTTPService(
            descriptor: socket.descriptor,
            limits: HTTPService.Limits(requestTime: requestTime, maxConnections: maxConnections),
            logger: logger
        ) { channel in
            ControlPeer.of(channel).map { peer in
                peer.isOperator ? responders.answers(to: peer.operator) : responders.refusals(of: peer.operator)
            }
        }
    }

    /// Serves until it is told to stop and all requests are answered; to be called once.
    package func run() async throws { try await service.run() }

    /// Takes no more connections, lets requests that are at work be answered, and closes.
    package func stop() {
        socket.remove()
        if service.stop() { socket.close() }
    }
}

/// What connections are answered, according to who is at their other end.
private struct ControlResponders: Sendable {
    let responder: RouterResponder<ControlContext>
    let recordRefusal: @Sendable (AdministrativeAct) -> Void
    let logger: Logger

    func answers(to operator: Operator) -> HTTPChannelHandler.Responder {
        { [responder, logger] request, writer, _ in
            let context = ControlContext(source: ControlContext.Source(logger: logger, operator: `operator`))
            let response = try await responder.respond(to: request, context: context)
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// Another user: recorded once for the connection, which is told so and closed.
    func refusals(of operator: Operator) -> HTTPChannelHandler.Responder {
        var act = AdministrativeAct("control_connect", by: `operator`)
        act.refusal = "forbidden"
        recordRefusal(act)
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
