internal import Glibc
internal import PosternCertificates
internal import PosternControl
internal import PosternCore
internal import PosternTLS

/// One connection to the origin: TLS, one request, one answer.
struct OriginConnection {
    private static let patienceMilliseconds: CInt = 10_000
    private static let maxHeadBytes = 65_536

    private let socket: CInt
    private let origin: ClientOrigin

    init(_ socket: CInt, of origin: ClientOrigin) {
        self.socket = socket
        self.origin = origin
    }

    /// Serves it to its end; whatever goes wrong ends it.
    func serve() {
        guard let session = session(), wait(for: POLLIN, { session.handshake() }),
            let head = readHead(session)
        else { return }
        let target = head.split(separator: " ", maxSplits: 2).dropFirst().first.map(String.init) ?? "/"
        let nonce = origin.note(head, trial: OriginAnswer.trial(of: target))
        var rest = OriginAnswer(to: target, nonce: nonce).bytes[...]
        while !rest.isEmpty {
            var count = 0
            guard wait(for: POLLOUT, { rest.withUnsafeBytes { session.send($0, count: &count) } }) else { return }
            rest = rest.dropFirst(count)
        }
        session.close()
    }

    private func session() -> TLSSession? {
        guard let host = HostName(Array(Origin.host.utf8)), let leaf = try? origin.issuer.leaf(for: host),
            let server = TLSServer(key: origin.issuer.key.withBytes { Array($0) }, speaksHTTP2: false),
            let certificate = TLSCertificate(leaf.certificate)
        else { return nil }
        return TLSSession(
            server,
            showing: certificate,
            on: socket,
            expectedName: Origin.host,
            early: UnsafeRawBufferPointer(start: nil, count: 0)
        )
    }

    /// The request line and the fields; `nil` if there is no end of them.
    private func readHead(_ session: TLSSession) -> String? {
        let end = Array("\r\n\r\n".utf8)
        var received: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 16_384)
        while received.count < OriginConnection.maxHeadBytes {
            var count = 0
            guard wait(for: POLLIN, { room.withUnsafeMutableBytes { session.receive(into: $0, count: &count) } })
            else { return nil }
            received += room[..<count]
            if let range = received.firstRange(of: end) {
                return String(decoding: received[..<range.lowerBound], as: UTF8.self)
            }
        }
        return nil
    }

    /// Tries a step until it need not wait; whether it was done.
    private func wait(for event: CInt, _ step: () -> TLSSession.Step) -> Bool {
        while true {
            switch step() {
            case .done: return true
            case .waits:
                var wanted = pollfd(socket, event)
                guard poll(&wanted, 1, OriginConnection.patienceMilliseconds) > 0 else { return false }
            case .ended, .failed, .wrongName: return false
            }
        }
    }
}
