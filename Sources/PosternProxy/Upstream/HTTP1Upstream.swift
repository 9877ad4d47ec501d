internal import PosternCore
internal import PosternUpstream

/// One request of HTTP/1.1 on a connection that nobody else uses meanwhile.
///
/// Head and body are written anew; what the client framed is not passed on. The answer is parsed strictly.
final class HTTP1Upstream: Upstream, UpstreamConnectionUser {
    private static let chunkHeaderBytes = 10
    /// A full TLS record: when one is received there are probably more.
    private static let recordBytes = 16_384

    private unowned let worker: ProxyWorker
    /// Kept until it lets go of this, which breaks the cycle.
    private var user: (any UpstreamUser)?
    private(set) var connection: UpstreamConnection?
    private let isChunked: Bool
    private let isAnswerToHead: Bool

    // The request.
    private var pending = ByteQueue(isSecret: true)
    private var isRequestSent = false
    private(set) var hasSentBytes = false
    /// Whether the upstream took no more of the request, so that it will not answer later if it has not already.
    private var mustEnd = false

    // The answer.
    /// What was received and not taken yet.
    private var received = 0..<0
    private var end = Arrival.open
    private var head = PartialHead()
    private var body: ResponseBodyDecoder?
    private var isReusable = false

    private enum Arrival { case open, ended, broken }

    init(_ request: UpstreamRequest, user: any UpstreamUser, worker: ProxyWorker) {
        self.worker = worker
        self.user = user
        isChunked = request.ingress.head.body == .chunked
        isAnswerToHead = request.ingress.head.method == .head
    }

    /// Takes over a connection that is dialled or open.
    func use(_ connection: UpstreamConnection) { self.connection = connection }

    func release() {
        user = nil
        if let connection {
            // A connection that still owes bytes either way would hand them to the next request.
            let isDone = (body?.isComplete ?? false) && received.isEmpty && isRequestSent && pending.isEmpty
            worker.engine.giveBack(connection, isReusable: isDone && isReusable)
        }
        connection = nil
        pending.removeAll()
    }

    func upstreamConnected(_ connection: UpstreamConnection) { user?.upstreamConnected(self) }

    func upstreamFailed(_ connection: UpstreamConnection, _ error: UpstreamError) {
        self.connection = nil
        user?.upstreamFailed(error)
    }

    func upstreamReady(_ connection: UpstreamConnection) { user?.upstreamReady() }

    var isReused: Bool { connection?.isReused ?? false }

    // MARK: The request

    /// What was sent here may have been acted on.
    var refusedBody: [UInt8]? { nil }
    var takesTrailers: Bool { false }
    var takesRequest: Bool { pending.isEmpty }
    var framingRoom: Int { isChunked ? HTTP1Upstream.chunkHeaderBytes : 0 }

    func submit(head: Range<Int>, body: Range<Int>, isLast: Bool) -> Bool {
        if isLast { isRequestSent = true }
        let start = frame(head, body, isLast)
        let goesOn = worker.sending.withUnsafeBytes { bytes in
            var sent = start
            while sent < bytes.count {
                switch send(UnsafeRawBufferPointer(rebasing: bytes[sent...])) {
                case .bytes(let count): sent += count
                case .wouldBlock:
                    pending.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
                    return true
                case .failed: return false
                }
            }
            return true
        }
        if !goesOn { mustEnd = true }
        return goesOn
    }

    /// Makes one chunk of the body if it is chunked; returns where the bytes to be sent start.
    private func frame(_ head: Range<Int>, _ body: Range<Int>, _ isLast: Bool) -> Int {
        guard isChunked else { return head.lowerBound }
        if body.isEmpty {
            worker.sending.removeLast(worker.sending.count - head.upperBound)
        } else {
            // The size was not known when its place was made, so it is written with leading zeros: RFC 9112 section 7.1.
            for index in 0..<8 {
                worker.sending[head.upperBound + 7 - index] = HexDigit.lower[body.count >> (4 * index) & 15]
            }
            worker.sending[head.upperBound + 8] = 0x0d
            worker.sending[head.upperBound + 9] = 0x0a
            worker.sending.append(contentsOf: "\r\n".utf8)
        }
        if isLast { worker.sending.append(contentsOf: ChunkedEncoder.end) }
        return head.lowerBound
    }

    func flush() -> Bool? {
        while !pending.isEmpty {
            switch pending.withBytes({ send($0) }) {
            case .bytes(let count): pending.consume(count)
            case .wouldBlock: return false
            case .failed:
                pending.removeAll()
                mustEnd = true
                return nil
            }
        }
        return true
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> UpstreamConnection.Sent {
        guard let connection else { return .failed }
        let result = connection.send(bytes)
        if case .bytes = result { hasSentBytes = true }
        return result
    }

    // MARK: The answer

    var holdsReceived: Bool { !received.isEmpty }

    func receive(behind heldBack: Int) -> AnswerPart {
        let start = AnsweringBuffer.start(behind: heldBack)
        // A head may come in several pieces, of which no event tells if they arrived together.
        while true {
            if received.isEmpty {
                if end == .open { receivePiece(at: start) }
                if received.isEmpty { return end == .open && !mustEnd ? .nothing : ended(at: start) }
            }
            do throws(UpstreamError) {
                if body != nil { return try nextPiece() }
                if let head = try nextHead() { return .head(head) }
            } catch { return .malformed }
        }
    }

    private func receivePiece(at start: Int) {
        var position = start
        defer { received = start..<position }
        guard let connection else {
            end = .broken
            return
        }
        while position - start < AnsweringBuffer.pieceBytes {
            let room = UnsafeMutableRawBufferPointer(
                rebasing: worker.answering[position..<start + AnsweringBuffer.pieceBytes]
            )
            switch connection.receive(into: room) {
            case .bytes(let count):
                position += count
                if count < min(room.count, HTTP1Upstream.recordBytes) { return }
            case .wouldBlock: return
            case .end:
                end = .ended
                return
            case .failed:
                end = .broken
                return
            }
        }
    }

    /// The connection has ended, in order or not.
    private func ended(at position: Int) -> AnswerPart {
        guard end == .ended, let body, body.endsWithConnection else { return .lost(hasBegun: !head.isEmpty) }
        self.body = ResponseBodyDecoder(.none)
        return .body(position..<position, isLast: true)
    }

    private func nextHead() throws(UpstreamError) -> ResponseHead? {
        let buffer = UnsafeRawBufferPointer(rebasing: worker.answering[received])
        guard let (head, used) = try head.next(in: buffer, isAnswerToHead: isAnswerToHead) else {
            received = 0..<0
            return nil
        }
        received = received.lowerBound + used..<received.upperBound
        if head.status >= 200 || head.status == 101 {
            body = ResponseBodyDecoder(head.body)
            isReusable = head.keepsConnection && head.status >= 200
        }
        return head
    }

    private func nextPiece() throws(UpstreamError) -> AnswerPart {
        let piece = received
        received = 0..<0
        let input = UnsafeMutableRawBufferPointer(rebasing: worker.answering[piece])
        guard let progress = try body?.decode(input) else { return .nothing }
        // Bytes behind the end are no part of this answer, and must not become the next one.
        if progress.surplus > 0 || mustEnd { isReusable = false }
        return .body(piece.lowerBound..<piece.lowerBound + progress.decoded, isLast: body?.isComplete ?? true)
    }

    /// Bytes that came behind the head of an answer by which the connection changed its protocol.
    func takeRest() -> Range<Int> {
        defer { received = 0..<0 }
        return received
    }
}

@available(*, unavailable)
extension HTTP1Upstream: Sendable {}
