internal import HTTPTypes
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import PosternServing

/// Serves the pages on which people connect accounts, and on which operators approve requests and take back what was given.
package final class PortalServer: Sendable {
    private let socket: PortalSocket
    private let service: HTTPService

    /// Takes over a socket; clients are served as soon as ``run()`` is called.
    package init(
        socket: PortalSocket,
        connect: any ConnectPages,
        approvals: any ApprovalPages,
        wallet: any WalletPages,
        logins: any PortalLogins,
        logger: Logger
    ) {
        self.socket = socket
        let gate = PortalGate(address: socket.address)
        let portal = Portal(
            address: socket.address,
            connect: connect,
            approvals: approvals,
            wallet: wallet,
            logins: logins
        )
        service = HTTPService(descriptor: socket.descriptor, limits: HTTPService.Limits(), logger: logger) { channel in
            let peer = channel.remoteAddress?.ipAddress ?? ""
            return channel.eventLoop.makeSucceededFuture { request, writer, _ in
                let answer: PortalAnswer
                do {
                    answer = await portal.answer(try await gate.admit(request, peer: peer))
                } catch let refusal as GateRefusal {
                    answer = PortalAnswer(refusal)
                }
                logger.debug("portal request", metadata: ["status": "\(answer.status)"])
                let response = Response(answer, at: socket.address)
                // RFC 9110 section 9.3.2.
                let body = request.method == .head ? ResponseBody() : response.body
                try await writer.write(response: response.head, body: body)
            }
        }
    }

    /// Serves until it is told to stop and all requests are answered; to be called once.
    package func run() async throws { try await service.run() }

    /// Takes no more connections, lets requests that are at work be answered, and closes.
    package func stop() {
        if service.stop() { socket.close() }
    }
}
