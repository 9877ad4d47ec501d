internal import PosternCore
internal import PosternEventLoop
internal import PosternTLS

// CONNECT to a host whose requests are judged: TLS is ended here, with a certificate of the local authority.
extension ClientConnection {
    /// Opens the connection, unless no certificate can be had for the host: bytes never pass in its place.
    func intercept(_ host: InterceptedHost, _ connect: RequestHead) {
        let early = input.withBytes { Array($0) }
        guard let session = worker.interception?.session(for: host, on: socket.descriptor, early: early) else {
            answer(
                worker.refusal(.interceptionUnavailable, from: source, head: connect, intercepted: host),
                head: connect
            )
            return
        }
        input.removeAll()
        state = .handshake
        intercepted = host
        announceTunnel()
        socket.begin(session)
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.requestHead)
        handshake()
    }

    /// Answers CONNECT; who did not ask is told nothing.
    func announceTunnel() {
        guard !source.isUnaware else { return }
        let text: StaticString = "HTTP/1.1 200 Connection established\r\n\r\n"
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether the client waits for TLS, so that nothing else can be told.
    var awaitsTLS: Bool {
        if case .sandbox(_, .https) = source.entry { intercepted == nil } else { false }
    }

    /// Waits until the client has said for which host it is, and then does what CONNECT to it does.
    func readHello() {
        while case .hello(var scanner) = state {
            switch input.withBytes({ scanner.scan($0) }) {
            case .incomplete:
                state = .hello(scanner)
                guard receive() else { return endIfClientEnded() }
            // Without a name there is nothing to judge by; one that is encrypted is none.
            case .malformed, .hello(serverName: nil): refuseHandshake(.clientHandshakeFailed)
            case .hello(let name?): connect(to: name)
            }
        }
    }

    private func connect(to host: HostName) {
        let text = "CONNECT \(host.text):\(Scheme.https.defaultPort) HTTP/1.1\r\nHost: \(host.text)\r\n\r\n"
        let parser = worker.parser
        let parsed: RequestHead? = Array(text.utf8).withUnsafeBytes { bytes in try? parser.parse(bytes) }
        guard let head = parsed else { return refuseHandshake(.clientHandshakeFailed) }
        admit(head)
    }

    func handshake() {
        // What was written before TLS must be gone before TLS writes.
        guard output.isEmpty else { return }
        switch socket.handshake() {
        case .waits: break
        case .done where socket.isHTTP2:
            guard let connection = HTTP2Connection(of: self) else {
                cut()
                return
            }
            state = .http2(connection)
            connection.advance()
        case .done:
            becameIdle()
            readRequests()
        case .wrongName: refuseHandshake(.serverNameMismatch)
        case .ended, .failed: refuseHandshake(.clientHandshakeFailed)
        }
    }

    /// Ends a connection whose TLS could not be agreed on, and records that.
    func refuseHandshake(_ error: ProxyError) {
        _ = worker.refusal(error, from: source, intercepted: intercepted)
        finishConnection()
    }
}
