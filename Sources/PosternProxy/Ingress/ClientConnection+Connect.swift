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
        write(ClientConnection.established)
        socket.begin(session)
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.requestHead)
        handshake()
    }

    private static let establishedText: StaticString = "HTTP/1.1 200 Connection established\r\n\r\n"
    /// What CONNECT is answered with.
    static var established: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: establishedText.utf8Start, count: establishedText.utf8CodeUnitCount)
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
