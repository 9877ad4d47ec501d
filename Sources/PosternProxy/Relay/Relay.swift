internal import PosternCore
internal import PosternEventLoop
internal import PosternUpstream

/// Carries bytes both ways between a client and an upstream, each only as fast as the other side takes them.
///
/// For a tunnel the bytes are untouched, and none goes up before the client's TLS has named the host that the tunnel is
/// for. For a WebSocket, what comes down is masked.
final class Relay {
    /// Pieces carried in one turn, so that a fast peer leaves the loop time for others.
    private static let maxPiecesPerTurn = 16

    private unowned let exchange: Exchange
    private let client: ClientConnection
    private let upstream: UpstreamConnection
    private let worker: ProxyWorker
    private var pendingUp = ByteQueue()
    /// What the client's first bytes are checked by; `nil` once they are, or where nothing is to be checked.
    private var opening: TunnelOpening?
    /// What masks a WebSocket's frames.
    private var frames: WebSocketFrameScrubber?
    private let isTunnel: Bool
    private var hasEndedUp = false

    init(
        _ exchange: Exchange,
        between client: ClientConnection,
        and upstream: UpstreamConnection,
        opening: TunnelOpening? = nil,
        frames: WebSocketFrameScrubber? = nil
    ) {
        self.exchange = exchange
        self.client = client
        self.upstream = upstream
        worker = client.worker
        self.opening = opening
        self.frames = frames
        isTunnel = opening != nil
    }

    /// Whether the client has still to say, by TLS, for which host the tunnel is.
    var isOpening: Bool { opening != nil }

    /// Carries what there is, as far as it is taken.
    func advance() {
        guard exchange.isRelaying else { return }
        do throws(ProxyError) {
            var isDone = try !carryUp() && !passEndUp()
            if try !carryDown() { isDone = true }
            if isDone { exchange.relayEnded() }
        } catch { exchange.fail(error) }
    }

    private func noteProgress() {
        worker.loop.set(exchange.deadline, after: worker.snapshot.settings.timeouts.tunnelIdle)
    }

    // MARK: Up

    /// Carries the client's bytes up; `false` if there will be no more of them.
    private func carryUp() throws(ProxyError) -> Bool {
        for _ in 0..<Relay.maxPiecesPerTurn {
            if !pendingUp.isEmpty, try !flushUp() { return true }
            if client.input.isEmpty, !client.receive() { return !client.socket.hasEnded }
            if opening != nil, try !checkOpening() {
                if client.socket.hasEnded { throw .clientHandshakeFailed }
                return true
            }
            pendingUp.append(client.input)
            exchange.requestBodyBytes += client.input.count
            client.input.removeAll()
            noteProgress()
        }
        client.goOnNextTurn()
        return true
    }

    /// Looks at the client's first bytes; `false` if more of them are needed.
    private func checkOpening() throws(ProxyError) -> Bool {
        let result: Result<Bool, ProxyError> = client.input.withBytes { bytes in
            do throws(ProxyError) { return .success(try opening?.isComplete(bytes) ?? true) } catch {
                return .failure(error)
            }
        }
        guard try result.get() else {
            // What is there stays where it is until more has come.
            return !client.receive() ? false : try checkOpening()
        }
        opening = nil
        return true
    }

    /// Tells the upstream of a tunnel that nothing more comes, which leaves the other direction open (RFC 8446 section
    /// 6.1); `false` where it ends both.
    private func passEndUp() -> Bool {
        guard isTunnel, opening == nil, !client.socket.isBroken else { return false }
        if !hasEndedUp { upstream.endSending() }
        hasEndedUp = true
        return true
    }

    private func flushUp() throws(ProxyError) -> Bool {
        while !pendingUp.isEmpty {
            switch pendingUp.withBytes({ upstream.send($0) }) {
            case .bytes(let count): pendingUp.consume(count)
            case .wouldBlock: return false
            case .failed: throw .upstream(.connectionLost)
            }
        }
        return true
    }

    // MARK: Down

    /// Carries the upstream's bytes down; `false` if there will be no more of them.
    private func carryDown() throws(ProxyError) -> Bool {
        for _ in 0..<Relay.maxPiecesPerTurn {
            guard client.takesAnswer else { return true }
            let room = UnsafeMutableRawBufferPointer(rebasing: worker.answering[..<AnsweringBuffer.pieceBytes])
            switch upstream.receive(into: room) {
            case .bytes(let count): try passDown(0..<count)
            case .wouldBlock: return true
            case .end: return false
            case .failed: throw .upstream(.connectionLost)
            }
        }
        client.goOnNextTurn()
        return true
    }

    /// Passes on bytes that stand in the answering buffer.
    func passDown(_ range: Range<Int>) throws(ProxyError) {
        guard !range.isEmpty else { return }
        noteProgress()
        let bytes = UnsafeRawBufferPointer(rebasing: worker.answering[range])
        guard frames != nil else {
            exchange.response.bodyBytes += bytes.count
            client.write(bytes)
            return
        }
        let masked = frames?.maskedCount ?? 0
        var output: [UInt8] = []
        defer {
            exchange.response.bodyBytes += output.count
            exchange.response.scrubbedCount += (frames?.maskedCount ?? 0) - masked
            output.withUnsafeBytes { client.write($0) }
        }
        do throws(UpstreamError) { try frames?.scrub(bytes, into: &output) } catch { throw .upstream(error) }
    }

    /// What the client of a WebSocket is told when it ends with this error; `nil` where a frame of ours could fall into
    /// one of the server's, or behind its last.
    func farewell(for error: ProxyError) -> WebSocketClose? {
        guard let frames, !frames.isClosed else { return nil }
        return switch error {
        case .upstream(.responseMalformed): .protocolError
        case .authorityWithdrawn: .policyViolation
        default: nil
        }
    }
}

@available(*, unavailable)
extension Relay: Sendable {}
