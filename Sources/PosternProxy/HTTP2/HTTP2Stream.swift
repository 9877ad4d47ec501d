internal import PosternCore
internal import PosternEventLoop
internal import PosternHTTP2

/// One request of a client's connection of HTTP/2.
final class HTTP2Stream: ExchangeClient {
    /// How much of a body that nobody wants is read before the client is stopped.
    private static let maxDiscardedBytes = 1_048_576

    let id: Int32
    private unowned let connection: HTTP2Connection
    let worker: ProxyWorker
    let source: ClientSource
    /// What is under way for its request.
    var exchange: (any ClientTask)?
    private(set) lazy var exchangeDeadline = Deadline { [unowned self] in deadlineExpired() }
    private let isHead: Bool

    // The request.
    private var body = ByteQueue()
    private var hasRequestEnded: Bool
    private var owesContinue: Bool
    private var discarded = 0

    // The answer.
    private var pendingHead: [UInt8] = []
    private var pending = ByteQueue()
    private var trailers: [UInt8]?
    private var hasAnswerEnded = false
    /// Whether all of it is sent, and only the rest of the request is waited for.
    private var isLingering = false
    /// When the client took something last, or there was first something to take.
    private var takenAt = Instant(nanoseconds: 0)

    /// `head` is `nil` for a request that could not be read.
    init(_ id: Int32, _ head: RequestHead?, endsStream: Bool, on connection: HTTP2Connection) {
        self.id = id
        self.connection = connection
        worker = connection.worker
        source = connection.client.source
        isHead = head?.method == .head
        hasRequestEnded = endsStream
        owesContinue = (head?.expectsContinue ?? false) && !endsStream
    }

    private var session: HTTP2Session? { connection.session }

    var prefersHTTP2: Bool { true }

    // MARK: The request

    func received(_ bytes: UnsafeRawBufferPointer) {
        guard exchange != nil else {
            discard(bytes.count)
            return
        }
        body.append(bytes)
        exchange?.clientReady()
    }

    func requestEnded() {
        hasRequestEnded = true
        exchange?.clientReady()
    }

    private func discard(_ count: Int) {
        session?.consumed(count, on: id)
        discarded += count
        if discarded > HTTP2Stream.maxDiscardedBytes { session?.reset(id, code: HTTP2ErrorCode.noError) }
    }

    var isRequestComplete: Bool { hasRequestEnded && body.isEmpty }

    func takeBody(into buffer: inout [UInt8]) throws(ProxyError) {
        let count = body.count
        guard count > 0 else { return }
        body.withBytes { buffer.append(contentsOf: $0) }
        body.removeAll()
        session?.consumed(count, on: id)
        connection.schedule()
    }

    func awaitBody() -> BodyArrival {
        if !body.isEmpty || hasRequestEnded { return .some }
        if owesContinue {
            owesContinue = false
            let interim: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
            let bytes = UnsafeRawBufferPointer(start: interim.utf8Start, count: interim.utf8CodeUnitCount)
            _ = session?.submitInterim(bytes, on: id)
            connection.schedule()
        }
        return .none
    }

    // MARK: The answer

    var takesAnswer: Bool { pending.isEmpty }

    var hasStalled: Bool {
        !pending.isEmpty
            && UInt64(worker.loop.now.nanoseconds(since: takenAt)) >= worker.snapshot.waits.clientStall
    }

    /// The exchange waits in vain, or, when that is over, the client does not take the rest of its answer.
    private func deadlineExpired() {
        if let exchange {
            exchange.deadlineExpired()
        } else if isLingering {
            session?.reset(id, code: HTTP2ErrorCode.noError)
            connection.schedule()
        } else if hasStalled {
            session?.reset(id, code: HTTP2ErrorCode.cancel)
            connection.schedule()
        } else {
            worker.loop.set(exchangeDeadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        }
    }

    func sendInterim(_ head: DownstreamHead) -> Int {
        var bytes: [UInt8] = []
        let masked = head.append(to: &bytes, framing: .none, connection: nil)
        _ = bytes.withUnsafeBytes { session?.submitInterim($0, on: id) }
        connection.schedule()
        return masked
    }

    func begin(_ head: DownstreamHead, isAltered: Bool) -> Int {
        // Frames say where a body ends; a length that is known is told all the same.
        var framing = head.framing(for: .http11)
        if framing == .chunked { framing = .close }
        return head.append(to: &pendingHead, framing: framing, connection: nil, isAltered: isAltered)
    }

    func send(_ window: Range<Int>, isLast: Bool) {
        submitHead(hasBody: !window.isEmpty || !isLast)
        if pending.isEmpty { takenAt = worker.loop.now }
        pending.append(UnsafeRawBufferPointer(rebasing: worker.answering[window]))
        if isLast { hasAnswerEnded = true }
        resume()
    }

    func sendTrailers(_ trailers: [UInt8], at end: Int) {
        submitHead(hasBody: true)
        self.trailers = trailers
        hasAnswerEnded = true
        resume()
    }

    func flushHead() {
        submitHead(hasBody: true)
        connection.schedule()
    }

    private func submitHead(hasBody: Bool) {
        guard !pendingHead.isEmpty else { return }
        _ = pendingHead.withUnsafeBytes { session?.submitResponse($0, on: id, hasBody: hasBody) }
        pendingHead = []
    }

    private func resume() {
        session?.resume(id)
        connection.schedule()
    }

    /// The next bytes of the answer, asked for as the client takes them.
    func readAnswer(into room: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        let count = min(pending.count, room.count)
        pending.withBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        pending.consume(count)
        takenAt = worker.loop.now
        guard pending.isEmpty else { return .bytes(count, isLast: false) }
        if hasAnswerEnded {
            return trailers.map { .trailers($0, after: count) } ?? .bytes(count, isLast: true)
        }
        if exchange != nil { connection.hasDrained(self) }
        return count > 0 ? .bytes(count, isLast: false) : .wait
    }

    func answer(_ own: any OwnAnswer, endsConnection: Bool, requestID: String) {
        exchange = nil
        let text = own.response(requestID: requestID, closes: false, isBodiless: isHead)
        var scanner = HeadScanner()
        text.withUnsafeBytes { bytes in
            guard case .complete(let length) = scanner.scan(bytes) else { return }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[length...])
            _ = session?.submitResponse(
                UnsafeRawBufferPointer(rebasing: bytes[..<length]),
                on: id,
                hasBody: !rest.isEmpty
            )
            pending.append(rest)
        }
        takenAt = worker.loop.now
        hasAnswerEnded = true
        resume()
        exchangeEnded()
    }

    /// Lets the client end its request: one that is told to stop at once (RST_STREAM), as RFC 9113 section 8.1 allows, may
    /// drop the answer, which curl 7.88 does.
    func answerEndedFirst() {
        isLingering = true
        worker.loop.set(exchangeDeadline, after: ClientConnection.lingerTime)
    }

    func exchangeEnded() {
        exchange = nil
        discardBody()
        if !pending.isEmpty {
            worker.loop.set(exchangeDeadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        }
    }

    private func discardBody() {
        if !body.isEmpty { discard(body.count) }
        body.removeAll()
    }

    func cut() {
        exchange = nil
        session?.reset(id, code: HTTP2ErrorCode.internalError)
        connection.schedule()
    }

    func goOnNextTurn() {
        worker.loop.atNextTurn { [weak self] in self?.exchange?.clientReady() }
    }

    /// The stream is over.
    func closed() {
        exchange?.clientGone(.clientClosed)
        exchange = nil
        worker.loop.cancel(exchangeDeadline)
    }
}

@available(*, unavailable)
extension HTTP2Stream: Sendable {}
