internal import PosternCore
internal import PosternEventLoop

/// The client of a call that the daemon makes itself: it has the whole body, and keeps as much of the answer as anybody wants.
final class CallClient: ExchangeClient {
    /// The most of an answer that is kept.
    static let maxAnswerBytes = 8 * 1_048_576

    let worker: ProxyWorker
    let source: ClientSource
    let call: ProxiedCall?
    private(set) lazy var exchangeDeadline = Deadline { [weak self] in self?.exchange?.deadlineExpired() }
    let prefersHTTP2 = false

    private var exchange: Exchange?
    private var body: [UInt8]
    /// How much of it has been taken.
    private var taken = 0
    private let startedAt = Instant.now
    private let settle: @Sendable (CallResult) -> Void

    private var head: [UInt8] = []
    private var answer: [UInt8] = []
    private var isTruncated = false
    private var heldBytes = 0

    /// Tells `settle` once what became of the call.
    init(_ call: ProxiedCall, on worker: ProxyWorker, settle: @escaping @Sendable (CallResult) -> Void) {
        self.call = call
        self.worker = worker
        self.settle = settle
        source = ClientSource(call)
        body = call.body ?? []
    }

    /// Begins an exchange for the call.
    func begin(_ exchange: Exchange) {
        self.exchange = exchange
        worker.add(self)
        exchange.begin()
    }

    /// Ends the call, since Postern does.
    func abandon(_ reason: ProxyError) {
        exchange?.clientGone(reason)
        finish(.refused(reason))
    }

    func reviewAuthority() { exchange?.reviewAuthority(in: worker.snapshot) }

    private func finish(_ result: CallResult) {
        guard exchange != nil else { return }
        exchange = nil
        worker.loop.cancel(exchangeDeadline)
        worker.shared.service.letGo(heldBytes, for: call?.principal)
        worker.remove(self)
        settle(result)
    }

    // MARK: The request

    var isRequestComplete: Bool { taken == body.count }

    func takeBody(into buffer: inout [UInt8]) throws(ProxyError) {
        let piece = body[taken...].prefix(CallClient.pieceBytes)
        buffer.append(contentsOf: piece)
        taken += piece.count
        if isRequestComplete {
            body = []
            taken = 0
        }
    }

    private static let pieceBytes = 65_536

    func awaitBody() -> BodyArrival { .some }

    // MARK: The answer

    var takesAnswer: Bool { true }
    var hasStalled: Bool { false }

    func sendInterim(_ head: DownstreamHead) -> Int { 0 }

    func begin(_ head: DownstreamHead, isAltered: Bool) -> Int {
        head.append(to: &self.head, framing: .none, connection: nil, isAltered: isAltered)
    }

    func send(_ window: Range<Int>, isLast: Bool) {
        guard !isTruncated else { return }
        let piece = worker.answering[window].prefix(CallClient.maxAnswerBytes - answer.count)
        let hasRoom = worker.shared.service.hold(piece.count, for: call?.principal)
        if hasRoom {
            heldBytes += piece.count
            answer.append(contentsOf: piece)
        }
        guard !hasRoom || piece.count < window.count else { return }
        isTruncated = true
        // What follows may have no end.
        worker.loop.atNextTurn { [weak self] in self?.takeNoMore() }
    }

    /// Ends the exchange with what there is of the answer.
    private func takeNoMore() {
        exchange?.clientGone(.clientClosed)
        exchangeEnded()
    }

    func sendTrailers(_ trailers: [UInt8], at end: Int) {}

    func flushHead() {}

    func answer(_ own: any OwnAnswer, endsConnection: Bool, requestID: String) {}

    func failed(_ error: ProxyError, hasBegun: Bool, requestID: String) {
        if case .approval(.pending(let approval)) = error {
            finish(.pending(approval))
        } else {
            finish(.refused(error))
        }
    }

    func exchangeEnded() {
        guard let head = try? head.withUnsafeBytes({ try ResponseHead($0, isAnswerToHead: true) }) else {
            finish(.refused(.internalError))
            return
        }
        var fields: [(name: String, value: String)] = []
        for field in head.fields where field.known != .contentLength {
            let name = String(decoding: head.bytes[field.name], as: UTF8.self)
            fields.append((name, String(decoding: head.bytes[field.value], as: UTF8.self)))
        }
        finish(
            .answered(
                CallAnswer(
                    status: head.status,
                    fields: fields,
                    body: answer,
                    isTruncated: isTruncated,
                    duration: .nanoseconds(Instant.now.nanoseconds(since: startedAt))
                )
            )
        )
    }

    func cut() {}

    func goOnNextTurn() {
        worker.loop.atNextTurn { [weak self] in self?.exchange?.clientReady() }
    }
}

@available(*, unavailable)
extension CallClient: Sendable {}
