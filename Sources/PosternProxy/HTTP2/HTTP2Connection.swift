internal import PosternCore
internal import PosternEventLoop
internal import PosternHTTP2

/// A client's connection of HTTP/2: many requests at once, each with a decision and an exchange of its own.
final class HTTP2Connection: HTTP2SessionHandler, TurnEndSender {
    /// Pieces received in one turn, so that a fast client leaves the loop time for others.
    private static let maxPiecesPerTurn = 8
    /// How much output is put together for one write.
    private static let writeBytes = 16_384

    unowned let client: ClientConnection
    let worker: ProxyWorker
    private(set) var session: HTTP2Session?
    private var streams: [Int32: HTTP2Stream] = [:]
    /// Streams whose answer has been taken, so that more of it may come.
    private var drained: [HTTP2Stream] = []
    private var isScheduled = false
    private var isEnded = false
    /// What the client's connection waits for.
    private var wait = Wait.answers

    private enum Wait {
        /// Requests are under way, and each has its own deadline.
        case answers
        /// For the next request.
        case request
        /// For the rest of a head.
        case head
        /// For the client to close.
        case end
    }

    /// Takes over a connection that agreed on HTTP/2; `nil` when memory is short.
    init?(of client: ClientConnection) {
        self.client = client
        worker = client.worker
        var limits = HTTP2Limits()
        let settings = worker.snapshot.settings.requestLimits
        limits.maxHeadBytes = settings.maxHeadBytes
        limits.maxFieldBytes = settings.maxFieldBytes
        limits.maxFields = settings.maxFields
        guard let session = HTTP2Session(role: .server, limits: limits, handler: self) else { return nil }
        self.session = session
    }

    /// Receives what has come and sends what there is.
    func advance() {
        guard let session, !isEnded else { return }
        var pieces = 0
        // A client that does not take its answers is not asked for more.
        while client.output.isEmpty, !isEnded {
            guard pieces < HTTP2Connection.maxPiecesPerTurn else {
                client.goOnNextTurn()
                break
            }
            pieces += 1
            let count = client.socket.receive(into: worker.receiving)
            guard count > 0 else { break }
            let bytes = UnsafeRawBufferPointer(rebasing: worker.receiving[..<count])
            if !session.receive(bytes, now: worker.loop.now.nanoseconds) { break }
        }
        guard client.socket.hasEnded else {
            schedule()
            return
        }
        if streams.isEmpty, !client.socket.isBroken { client.finishConnection() } else { client.abandon(.clientClosed) }
    }

    /// Has the output sent at the end of this turn.
    func schedule() {
        guard !isScheduled, !isEnded else { return }
        isScheduled = true
        worker.outputs.add(self)
    }

    func sendAtTurnEnd() {
        isScheduled = false
        guard let session, !isEnded else { return }
        let client = client
        send(from: session)
        let ready = drained
        drained.removeAll(keepingCapacity: true)
        for stream in ready { stream.exchange?.clientReady() }
        guard client.output.isEmpty else { return }
        if session.isFinished { client.finishConnection() } else { setDeadline(session) }
    }

    /// What a client sends does not prolong what it is waited for.
    private func setDeadline(_ session: HTTP2Session) {
        guard wait != .end else { return }
        let next: Wait = !streams.isEmpty ? .answers : session.isInsideHead ? .head : .request
        guard next != wait else { return }
        wait = next
        switch next {
        case .request: worker.loop.set(client.deadline, afterNanoseconds: worker.snapshot.waits.clientIdle)
        case .head: worker.loop.set(client.deadline, afterNanoseconds: worker.snapshot.waits.requestHead)
        case .answers, .end: worker.loop.suspend(client.deadline)
        }
    }

    /// The client was waited for in vain.
    func deadlineExpired() {
        switch wait {
        case .answers: break
        case .request, .head:
            drain()
            wait = .end
            worker.loop.set(client.deadline, after: ClientConnection.lingerTime)
        case .end: client.finishConnection()
        }
    }

    private func send(from session: HTTP2Session) {
        var gathered = worker.gathering
        worker.gathering = []
        while client.output.isEmpty {
            gathered.removeAll(keepingCapacity: true)
            while gathered.count < HTTP2Connection.writeBytes, let bytes = session.nextOutput() {
                gathered.append(contentsOf: bytes)
            }
            if gathered.isEmpty { break }
            gathered.withUnsafeBytes { client.write($0) }
            if client.socket.isBroken { break }
        }
        worker.gathering = gathered
    }

    /// The answer of a stream has been taken so far.
    func hasDrained(_ stream: HTTP2Stream) { drained.append(stream) }

    // MARK: The end

    /// Starts no further request; those under way go on.
    func drain() {
        session?.goAway()
        schedule()
    }

    /// The client's connection ends, for this reason.
    func clientGone(_ reason: ProxyError) {
        guard !isEnded else { return }
        isEnded = true
        for stream in Array(streams.values) { stream.exchange?.clientGone(reason) }
        session?.abandon()
        streams.removeAll()
        drained.removeAll()
    }

    /// Cuts exchanges whose agent, listener or grant is no longer there.
    func reviewAuthority() {
        for stream in Array(streams.values) { stream.exchange?.reviewAuthority(in: worker.snapshot) }
    }

    // MARK: What the client sends

    func http2HeadReceived(_ head: Result<[UInt8], HTTP2HeadError>, on stream: Int32, endsStream: Bool) {
        do throws(ProxyError) {
            let parser = worker.parser
            let parsed: Result<RequestHead, ProxyError> =
                switch head {
                case .success(let text):
                    text.withUnsafeBytes { bytes in
                        do throws(ProxyError) { return .success(try parser.parse(bytes)) } catch {
                            return .failure(error)
                        }
                    }
                case .failure(let error): .failure(ProxyError(error))
                }
            let request = try parsed.get()
            let opened = HTTP2Stream(stream, request, endsStream: endsStream, on: self)
            streams[stream] = opened
            admit(request, on: opened)
        } catch {
            let refused = worker.refusal(error, from: client.source, intercepted: client.intercepted)
            // A malformed stream is reset already; any other can be told.
            let opened = HTTP2Stream(stream, nil, endsStream: endsStream, on: self)
            streams[stream] = opened
            if case .failure(.malformed) = head { return }
            opened.answer(refused.problem, endsConnection: false, requestID: refused.requestID)
        }
    }

    private func admit(_ head: RequestHead, on stream: HTTP2Stream) {
        switch worker.admit(head, from: client.source, inside: client.intercepted, client: stream) {
        case .task(let task):
            stream.exchange = task
            task.begin()
        case .intercept: session?.reset(stream.id, code: HTTP2ErrorCode.protocolError)
        case .refused(let refused):
            stream.answer(refused.problem, endsConnection: false, requestID: refused.requestID)
        }
    }

    func http2DataReceived(_ bytes: UnsafeRawBufferPointer, on stream: Int32) { streams[stream]?.received(bytes) }

    /// Trailers of requests are dropped: nobody may merge them into a head.
    func http2TrailersReceived(_ lines: [UInt8], on stream: Int32) {}

    func http2EndReceived(on stream: Int32) { streams[stream]?.requestEnded() }

    func http2AnswerEndedFirst(on stream: Int32) { streams[stream]?.answerEndedFirst() }

    func http2StreamClosed(_ stream: Int32, errorCode: UInt32) {
        guard let closed = streams.removeValue(forKey: stream) else { return }
        closed.closed()
        if streams.isEmpty { schedule() }
    }

    func http2ReadBody(on stream: Int32, into room: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        streams[stream]?.readAnswer(into: room) ?? .bytes(0, isLast: true)
    }

    func http2GoAwayReceived(lastStream: Int32, errorCode: UInt32) {}

    func http2ConnectionFailed(errorCode: UInt32) {
        _ = worker.refusal(
            .malformedRequest("the connection breaks a rule or a limit of HTTP/2 (RFC 9113 error \(errorCode))"),
            from: client.source,
            intercepted: client.intercepted
        )
    }
}

@available(*, unavailable)
extension HTTP2Connection: Sendable {}

extension ProxyError {
    fileprivate init(_ error: HTTP2HeadError) {
        switch error {
        case .malformed(let what): self = .malformedRequest(what)
        case .tooLarge: self = .headerTooLarge
        case .targetTooLong: self = .targetTooLong
        case .connect: self = .methodNotSupported
        }
    }
}
