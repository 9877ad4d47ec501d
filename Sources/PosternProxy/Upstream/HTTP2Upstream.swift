internal import PosternCore
internal import PosternHTTP2
internal import PosternUpstream

/// One request of HTTP/2: a stream on a connection that it shares with other requests under the same rule.
final class HTTP2Upstream: Upstream {
    /// How much of the request's body may wait to be sent.
    private static let maxOutgoingBytes = 65_536

    let request: UpstreamRequest
    private unowned let worker: ProxyWorker
    /// Kept until it lets go of this, which breaks the cycle.
    private(set) var user: (any UpstreamUser)?
    /// The connection; `nil` until there is one, and when this is over.
    private var link: HTTP2UpstreamConnection?
    private var stream: Int32?

    // The request.
    private(set) var isReused = false
    private(set) var hasSentBytes = false
    private var outgoing = ByteQueue(isSecret: true)
    private var isRequestSent = false
    /// What was submitted of the body, until it is too much to be kept or the answer begins.
    private var kept: [UInt8]? = []
    private var isRefused = false

    // The answer.
    private var heads: [ResponseHead] = []
    private var incoming = ByteQueue()
    private var trailers: [UInt8]?
    private var end = Arrival.open

    private enum Arrival { case open, ended, lost, malformed }

    init(_ request: UpstreamRequest, user: any UpstreamUser, worker: ProxyWorker) {
        self.request = request
        self.worker = worker
        self.user = user
    }

    /// A connection for it is there.
    func use(_ link: HTTP2UpstreamConnection, isReused: Bool) {
        self.link = link
        self.isReused = isReused
    }

    /// Tells its user that there may be something to do.
    func notify() { user?.upstreamReady() }

    func release() {
        user = nil
        if let link, let stream {
            if !incoming.isEmpty { link.session?.consumed(incoming.count, on: stream) }
            link.end(stream, isComplete: end == .ended && isRequestSent && outgoing.isEmpty)
        }
        link?.forget(self)
        link = nil
        outgoing.removeAll()
        incoming.removeAll()
    }

    var connection: UpstreamConnection? { nil }

    // MARK: The request

    var refusedBody: [UInt8]? { isRefused ? kept : nil }
    var takesTrailers: Bool { true }
    var takesRequest: Bool { outgoing.count < HTTP2Upstream.maxOutgoingBytes }
    var framingRoom: Int { 0 }

    func submit(head: Range<Int>, body: Range<Int>, isLast: Bool) -> Bool {
        guard let link, end == .open else { return false }
        if !head.isEmpty {
            let hasBody = !isLast || !body.isEmpty
            stream = worker.sending.withUnsafeBytes { bytes in
                link.submit(UnsafeRawBufferPointer(rebasing: bytes[head]), hasBody: hasBody, for: self)
            }
            guard stream != nil else {
                end = .lost
                isRefused = true
                return false
            }
            hasSentBytes = true
        }
        if isLast { isRequestSent = true }
        worker.sending.withUnsafeBytes { outgoing.append(UnsafeRawBufferPointer(rebasing: $0[body])) }
        if let count = kept?.count, count + body.count <= HTTP2Upstream.maxOutgoingBytes {
            kept?.append(contentsOf: worker.sending[body])
        } else {
            kept = nil
        }
        if let stream { link.session?.resume(stream) }
        link.schedule()
        return true
    }

    func flush() -> Bool? { end == .lost || end == .malformed ? nil : takesRequest }

    /// The next bytes of the body, asked for as the upstream takes them.
    func readRequest(into room: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        let wasFull = !takesRequest
        let count = min(outgoing.count, room.count)
        outgoing.withBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        outgoing.consume(count)
        if outgoing.isEmpty, isRequestSent { return .bytes(count, isLast: true) }
        if wasFull, takesRequest { link?.hasNews(self) }
        return count > 0 ? .bytes(count, isLast: false) : .wait
    }

    // MARK: The answer

    func headReceived(_ head: Result<[UInt8], HTTP2HeadError>, endsStream: Bool) {
        guard end == .open else { return }
        do {
            let text = try head.get()
            let isAnswerToHead = request.ingress.head.method == .head
            kept = nil
            heads.append(try text.withUnsafeBytes { try ResponseHead($0, isAnswerToHead: isAnswerToHead) })
            if endsStream { end = .ended }
        } catch { end = .malformed }
    }

    func received(_ bytes: UnsafeRawBufferPointer) { incoming.append(bytes) }

    func trailersReceived(_ lines: [UInt8]) { trailers = lines }

    func answerEnded() { if end == .open { end = .ended } }

    /// The stream is over, in order or not.
    func closed(_ errorCode: UInt32) {
        stream = nil
        // Nothing of a refused stream was processed: RFC 9113 section 8.7.
        if errorCode == HTTP2ErrorCode.refusedStream { isRefused = true }
        if end == .open { end = .lost }
    }

    var holdsReceived: Bool { false }

    func receive(behind heldBack: Int) -> AnswerPart {
        if !heads.isEmpty { return .head(heads.removeFirst()) }
        if end == .malformed { return .malformed }
        let start = AnsweringBuffer.start(behind: heldBack)
        if !incoming.isEmpty {
            let count = min(incoming.count, AnsweringBuffer.pieceBytes)
            incoming.withBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: worker.answering[start..<start + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            incoming.consume(count)
            if let stream { link?.session?.consumed(count, on: stream) }
            link?.schedule()
            let isLast = end == .ended && incoming.isEmpty && trailers == nil
            return .body(start..<start + count, isLast: isLast)
        }
        switch end {
        case .open: return .nothing
        case .ended: return trailers.map { .trailers($0) } ?? .body(start..<start, isLast: true)
        case .lost: return .lost(hasBegun: false)
        case .malformed: return .malformed
        }
    }
}

@available(*, unavailable)
extension HTTP2Upstream: Sendable {}
