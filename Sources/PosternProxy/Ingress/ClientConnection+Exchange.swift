internal import PosternCore
internal import PosternEventLoop

/// A request of HTTP/1 on its way, and how its answer is framed.
struct Round {
    /// The request's head; `nil` before the first.
    let head: RequestHead?
    var body: RequestBodyDecoder
    var owesContinue: Bool
    var framing = DownstreamHead.Framing.none
    /// The answer's head, until the first bytes of its body go with it.
    var pendingHead: [UInt8] = []

    init(_ head: RequestHead? = nil) {
        self.head = head
        body = RequestBodyDecoder(head?.body ?? .none)
        owesContinue = head.map { $0.expectsContinue && $0.body != .none } ?? false
    }

    /// Whether the connection stands before the next request when this one is over.
    var keepsConnection: Bool { (head?.keepsConnection ?? false) && body.isComplete && framing != .close }
}

extension ClientConnection: ExchangeClient {
    var prefersHTTP2: Bool { false }

    // MARK: The request

    var isRequestComplete: Bool { round.body.isComplete }

    func takeBody(into buffer: inout [UInt8]) throws(ProxyError) {
        guard !input.isEmpty else { return }
        // A copy of the decoder, since the input cannot be lent out while the whole connection is.
        var decoder = round.body
        defer { round.body = decoder }
        _ = try input.consumeBody(&decoder) { buffer.append(contentsOf: $0) }
    }

    func awaitBody() -> BodyArrival {
        guard input.isEmpty else { return .some }
        if round.owesContinue {
            round.owesContinue = false
            let interim: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
            write(UnsafeRawBufferPointer(start: interim.utf8Start, count: interim.utf8CodeUnitCount))
        }
        if receive() { return .some }
        return socket.hasEnded ? .ended : .none
    }

    // MARK: The answer

    var takesAnswer: Bool { output.isEmpty }
    var hasStalled: Bool { false }

    func sendInterim(_ head: DownstreamHead) -> Int {
        guard round.head?.version == .http11 else { return 0 }
        var bytes: [UInt8] = []
        let masked = head.append(to: &bytes, framing: .none, connection: nil)
        bytes.withUnsafeBytes { write($0) }
        return masked
    }

    func begin(_ head: DownstreamHead, isAltered: Bool) -> Int {
        round.framing = head.framing(for: round.head?.version ?? .http11)
        var connection: StaticString? = "close"
        if round.keepsConnection, !worker.isDraining {
            connection = round.head?.version == .http10 ? "keep-alive" : nil
        }
        return head.append(
            to: &round.pendingHead,
            framing: round.framing,
            connection: connection,
            isAltered: isAltered
        )
    }

    /// Sends the head with which the connection becomes a WebSocket; returns how many secrets were masked in it.
    func sendUpgrade(_ head: DownstreamHead) -> Int {
        var bytes: [UInt8] = []
        let masked = head.appendUpgrade(to: &bytes)
        bytes.withUnsafeBytes { write($0) }
        return masked
    }

    func send(_ window: Range<Int>, isLast: Bool) {
        var start = window.lowerBound
        var end = window.upperBound
        if round.framing == .chunked {
            if end > start {
                let room = UnsafeMutableRawBufferPointer(rebasing: worker.answering[..<start])
                start -= ChunkedEncoder.writeHeader(end - start, atEndOf: room)
                append("\r\n", at: &end)
            }
            if isLast { append("0\r\n\r\n", at: &end) }
        }
        let body = UnsafeRawBufferPointer(rebasing: worker.answering[start..<end])
        if round.pendingHead.isEmpty {
            if !body.isEmpty { write(body) }
        } else {
            let head = round.pendingHead
            round.pendingHead = []
            head.withUnsafeBytes { write($0, body) }
        }
    }

    private func append(_ text: StaticString, at end: inout Int) {
        for index in 0..<text.utf8CodeUnitCount { worker.answering[end + index] = text.utf8Start[index] }
        end += text.utf8CodeUnitCount
    }

    func flushHead() {
        guard !round.pendingHead.isEmpty else { return }
        let head = round.pendingHead
        round.pendingHead = []
        head.withUnsafeBytes { write($0) }
    }

    /// HTTP/1.1 clients hardly ever read trailers, and nobody may merge them into a head: RFC 9110 section 6.5.1.
    func sendTrailers(_ trailers: [UInt8], at end: Int) { send(end..<end, isLast: true) }

    func answer(_ own: any OwnAnswer, endsConnection: Bool, requestID: String) {
        guard !awaitsTLS else { return cut() }
        let keeps = round.keepsConnection && !endsConnection && !worker.isDraining
        let response = own.response(
            requestID: requestID,
            closes: !keeps,
            isBodiless: round.head?.method == .head
        )
        response.withUnsafeBytes { write($0) }
        exchangeEnded(keeps: keeps)
    }

    func exchangeEnded() { exchangeEnded(keeps: round.keepsConnection) }

    private func exchangeEnded(keeps: Bool) {
        guard case .busy = state else { return }
        guard keeps, !socket.hasEnded || !input.isEmpty, !worker.isDraining, !socket.isBroken else {
            finishConnection()
            return
        }
        becameIdle()
        readRequests()
    }
}
