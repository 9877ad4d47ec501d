internal import PosternCore
internal import PosternEventLoop

// From a request to bytes in both directions.
extension Exchange {
    var isRelaying: Bool { if case .relaying = phase { true } else { false } }

    /// The upstream of a tunnel is there: the client may begin.
    func relay(through upstream: any Upstream) {
        guard let client = client as? ClientConnection, let connection = upstream.connection else {
            fail(.internalError)
            return
        }
        sentAt = worker.loop.now
        response.hasBegun = true
        response.isHeadSent = true
        response.status = 200
        client.announceTunnel()
        begin(Relay(self, between: client, and: connection, opening: TunnelOpening(to: request.destination.host)))
    }

    /// The upstream agreed to a WebSocket, and sent frames behind that maybe.
    func relay(asWebSocketFrom head: ResponseHead) {
        guard let client = client as? ClientConnection, let upstream = upstream as? HTTP1Upstream,
            let connection = upstream.connection
        else {
            fail(.internalError)
            return
        }
        response.status = head.status
        response.isHeadSent = true
        response.scrubbedCount += client.sendUpgrade(downstream(head))
        let frames = request.scrubbing.map(WebSocketFrameScrubber.init)
        let relay = Relay(self, between: client, and: connection, frames: frames)
        phase = .relaying(relay)
        do throws(ProxyError) { try relay.passDown(upstream.takeRest()) } catch {
            fail(error)
            return
        }
        begin(relay)
    }

    private func begin(_ relay: Relay) {
        phase = .relaying(relay)
        endWithAuthority()
        let timeouts = worker.snapshot.settings.timeouts
        worker.loop.set(deadline, after: relay.isOpening ? timeouts.requestHead : timeouts.tunnelIdle)
        relay.advance()
    }

    /// One side has nothing more to send.
    func relayEnded() {
        let client = client as? ClientConnection
        end(nil)
        client?.finishConnection()
    }

    /// What is left to be said to the client when a relay ends with an error.
    func farewell(for error: ProxyError) -> WebSocketClose? {
        if case .relaying(let relay) = phase { relay.farewell(for: error) } else { nil }
    }

    /// Ends the client's connection, and says why.
    func finish(with farewell: WebSocketClose) {
        guard let client = client as? ClientConnection else { return }
        farewell.frame.withUnsafeBytes { client.write($0) }
        client.finishConnection()
    }
}
