internal import CLinux
internal import Glibc
internal import PosternCore
internal import PosternEventLoop

/// One client's connection: reads requests one after the other, answers what it refuses itself, and hands what is allowed
/// to a ``ClientTask``.
///
///     idle -> head -> busy -> idle            the usual round
///                  -> discarding -> idle      a refused request whose body is read and dropped
///                  -> lingering -> closed     an answer after which the connection ends
///     hello        -> handshake -> idle       TLS of a client that knows of no proxy
///                  -> handshake -> idle       CONNECT: the same again inside TLS,
///                               -> http2      or many requests at once
final class ClientConnection: ReadinessHandler {
    enum State {
        /// Between two requests.
        case idle
        /// Part of a head has arrived.
        case head(HeadScanner)
        /// A request is carried out.
        case busy(any ClientTask)
        /// TLS begins, of a client that knows of no proxy; which host it is for is not known yet.
        case hello(ClientHelloScanner)
        /// TLS is being agreed on, inside a connection that CONNECT opened.
        case handshake
        case http2(HTTP2Connection)
        /// A refused request's body is read and dropped, so that it is not taken for the next request.
        case discarding(RequestBodyDecoder, remaining: Int)
        /// Nothing more will be sent; what arrives is dropped, so that the client can read the answer before it learns
        /// that the connection is closed.
        case lingering(remaining: Int)
        case closed
    }

    /// The longest body of a refused request that is read to keep the connection.
    static let maxDiscardedBytes = 1_048_576
    /// Pieces of work done for one connection in one turn.
    private static let maxStepsPerTurn = 32
    static let lingerTime = Duration.seconds(2)

    let worker: ProxyWorker
    let source: ClientSource
    let socket: ClientSocket
    var registration: EventLoop.Registration?
    var state = State.idle
    var input = ByteQueue()
    var output = ByteQueue()
    /// Whether the connection ends once the output is gone.
    var closesAfterOutput = false
    /// The host that CONNECT opened the connection to.
    var intercepted: InterceptedHost?
    /// The request under way, and how its answer is written.
    var round = Round()
    /// Who waits for the output to be taken.
    var waitingForOutput: [() -> Void] = []
    private var isReadingHeads = false
    private var goesOnNextTurn = false
    lazy var deadline: Deadline = Deadline { [unowned self] in deadlineExpired() }
    private(set) lazy var exchangeDeadline: Deadline = Deadline { [unowned self] in
        if case .busy(let task) = state { task.deadlineExpired() }
    }

    /// Whether it takes one of the places that `max_connections` gives.
    let isCounted: Bool

    init(
        _ descriptor: CInt,
        from source: ClientSource,
        isCounted: Bool,
        worker: ProxyWorker
    ) {
        self.isCounted = isCounted
        self.worker = worker
        socket = ClientSocket(descriptor)
        self.source = source
    }

    /// Begins to serve the client, or answers it with an error and sees to it that it can read that.
    func start(refusing error: ProxyError?) {
        if case .address = source.peer.origin { _ = postern_set_no_delay(socket.descriptor) }
        guard let registration = try? worker.loop.register(socket.descriptor, .edges, handler: self) else {
            Glibc.close(socket.descriptor)
            if isCounted { worker.shared.connectionEnded() }
            return
        }
        self.registration = registration
        worker.add(self)
        if let error {
            refuse(error)
            return
        }
        if case .sandbox(_, .https) = source.entry { state = .hello(ClientHelloScanner()) }
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.requestHead)
    }

    var isClosed: Bool { if case .closed = state { true } else { false } }

    func descriptorIsReady(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: .closed) {
            abandon(.clientClosed)
            return
        }
        socket.note(readiness)
        if socket.isWritable, !output.isEmpty { flush() }
        advance()
    }

    /// Goes on with whatever the connection is at, as far as the bytes reach.
    func advance() {
        switch state {
        case .idle, .head, .discarding: readRequests()
        case .busy(let task): task.clientReady()
        case .hello: readHello()
        case .handshake: handshake()
        case .http2(let connection): connection.advance()
        case .lingering: linger()
        case .closed: break
        }
    }

    /// Receives once into the input; `false` if there is nothing to receive.
    func receive() -> Bool {
        let count = socket.receive(into: worker.receiving)
        guard count > 0 else { return false }
        input.append(UnsafeRawBufferPointer(rebasing: worker.receiving[..<count]))
        return true
    }

    /// Reads heads, and answers or starts them, until one is being carried out or the bytes are used up.
    func readRequests() {
        // Answering a request ends in this function again; the outermost call goes on instead.
        guard !isReadingHeads else { return }
        isReadingHeads = true
        defer { isReadingHeads = false }
        var steps = 0
        while true {
            // A client that pipelines refused requests must not keep the loop from everybody else.
            steps += 1
            guard steps <= ClientConnection.maxStepsPerTurn else {
                goOnNextTurn()
                return
            }
            switch state {
            case .idle, .head:
                if input.isEmpty || !scanHead() {
                    // Pipelined requests wait while answers do: a client that does not read is not served more.
                    guard output.isEmpty, receive() else { return endIfClientEnded() }
                }
            case .discarding: if !discard() { return endIfClientEnded() }
            case .busy, .hello, .handshake, .http2, .lingering, .closed: return
            }
        }
    }

    /// Goes on in the next turn; asking twice is asking once.
    func goOnNextTurn() {
        guard !goesOnNextTurn else { return }
        goesOnNextTurn = true
        worker.loop.atNextTurn { [weak self] in
            guard let self else { return }
            goesOnNextTurn = false
            advance()
        }
    }

    func endIfClientEnded() {
        guard socket.hasEnded else { return }
        if output.isEmpty || socket.isBroken { close() } else { closesAfterOutput = true }
    }

    /// Looks for the end of the head in the input; returns whether something was done with it.
    private func scanHead() -> Bool {
        guard output.isEmpty else { return false }
        var scanner = HeadScanner()
        if case .head(let known) = state {
            scanner = known
        } else {
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.requestHead)
        }
        let limit = worker.snapshot.settings.requestLimits.maxHeadBytes
        switch input.withBytes({ scanner.scan($0) }) {
        case .complete(let length):
            guard length <= limit else {
                refuse(.headerTooLarge)
                return true
            }
            began(length)
            return true
        case .incomplete:
            guard input.count < limit else {
                refuse(.headerTooLarge)
                return true
            }
            state = .head(scanner)
            return false
        case .malformed:
            refuse(.malformedRequest("a line of the head does not end in CRLF"))
            return true
        }
    }

    /// A whole head has arrived.
    private func began(_ length: Int) {
        let parser = worker.parser
        let result: Result<RequestHead, ProxyError> = input.withBytes { bytes in
            do throws(ProxyError) {
                return .success(try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<length])))
            } catch { return .failure(error) }
        }
        input.consume(length)
        switch result {
        case .success(let head): admit(head)
        case .failure(let error): refuse(error)
        }
    }

    private func discard() -> Bool {
        guard case .discarding(var decoder, let remaining) = state else { return false }
        if input.isEmpty, !receive() { return false }
        do throws(ProxyError) {
            let used = try input.consumeBody(&decoder) { _ in }
            guard remaining > used else {
                finishConnection()
                return true
            }
            state = decoder.isComplete ? .idle : .discarding(decoder, remaining: remaining - used)
            if decoder.isComplete { becameIdle() }
        } catch { finishConnection() }
        return true
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}
