internal import CLinux
internal import Glibc
internal import PosternCore
internal import PosternEventLoop

/// One client's connection: reads requests one after the other, answers what it refuses itself, and hands what is allowed
/// to an ``Exchange``.
///
///     idle -> head -> exchange -> idle        the usual round
///                  -> discarding -> idle      a refused request whose body is read and dropped
///                  -> lingering -> closed     an answer after which the connection ends
final class ClientConnection: ReadinessHandler {
    enum State {
        /// Between two requests.
        case idle
        /// Part of a head has arrived.
        case head(HeadScanner)
        case exchange(Exchange)
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
    let peer: Peer
    let auditedPeer: AuditPeer
    let listener: ListenerID

    let descriptor: CInt
    var registration: EventLoop.Registration?
    var state = State.idle
    var input = ByteQueue()
    var output = ByteQueue()
    var isReadable = true
    var isReadClosed = false
    var isWritable = true
    /// Whether the connection ends once the output is gone.
    var closesAfterOutput = false
    private var isReadingHeads = false
    private var goesOnNextTurn = false
    lazy var deadline: Deadline = Deadline { [unowned self] in deadlineExpired() }
    /// The deadline of whichever exchange is under way.
    private(set) lazy var exchangeDeadline: Deadline = Deadline { [unowned self] in
        if case .exchange(let exchange) = state { exchange.deadlineExpired() }
    }

    /// Whether it takes one of the places that `max_connections` gives.
    let isCounted: Bool

    init(
        _ descriptor: CInt,
        from peer: Peer,
        through listener: ListenerID,
        isCounted: Bool,
        worker: ProxyWorker
    ) {
        self.isCounted = isCounted
        self.descriptor = descriptor
        self.peer = peer
        self.listener = listener
        self.worker = worker
        auditedPeer = peer.audited
    }

    /// Begins to serve the client, or answers it with an error and sees to it that it can read that.
    func start(refusing error: ProxyError?) {
        if case .address = peer.origin { _ = postern_set_no_delay(descriptor) }
        guard let registration = try? worker.loop.register(descriptor, .edges, handler: self) else {
            Glibc.close(descriptor)
            if isCounted { worker.shared.connectionEnded() }
            return
        }
        self.registration = registration
        worker.add(self)
        if let error {
            refuse(error)
            return
        }
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.requestHead)
    }

    var isClosed: Bool { if case .closed = state { true } else { false } }

    func descriptorIsReady(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: .closed) {
            abandon(.clientClosed)
            return
        }
        if readiness.contains(.writable) { isWritable = true }
        if readiness.contains(.readClosed) { isReadClosed = true }
        if readiness.contains(.readable) || isReadClosed { isReadable = true }
        if isWritable, !output.isEmpty { flush() }
        advance()
    }

    /// Goes on with whatever the connection is at, as far as the bytes reach.
    func advance() {
        switch state {
        case .idle, .head, .discarding: readRequests()
        case .exchange(let exchange): exchange.clientReady()
        case .lingering: linger()
        case .closed: break
        }
    }

    /// Receives once into the input; `false` if there is nothing to receive.
    func receive() -> Bool {
        guard isReadable else { return false }
        let room = worker.receiving
        let count = postern_receive(descriptor, room.baseAddress, room.count)
        if count > 0 {
            input.append(UnsafeRawBufferPointer(rebasing: room[..<count]))
            // A short read has emptied the socket: the next bytes make a new edge. Only the end of the stream does not.
            if count < room.count, !isReadClosed { isReadable = false }
            return true
        }
        isReadable = false
        if count == 0 {
            isReadClosed = true
            hasEnded = true
        } else if errno != EAGAIN, errno != EWOULDBLOCK {
            hasEnded = true
            isBroken = true
        }
        return false
    }

    /// Whether the client will send nothing more.
    private(set) var hasEnded = false
    /// Whether the connection was reset.
    var isBroken = false

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
            case .exchange, .lingering, .closed: return
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
        guard hasEnded else { return }
        if output.isEmpty || isBroken { close() } else { closesAfterOutput = true }
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
            let used = try consumeBody(&decoder) { _ in }
            guard remaining > used else {
                finishConnection()
                return true
            }
            state = decoder.isComplete ? .idle : .discarding(decoder, remaining: remaining - used)
            if decoder.isComplete { becameIdle() }
        } catch { finishConnection() }
        return true
    }

    /// Moves body bytes out of the input; returns how many bytes of it were used up.
    func consumeBody(
        _ decoder: inout RequestBodyDecoder,
        _ data: (UnsafeRawBufferPointer) -> Void
    ) throws(ProxyError) -> Int {
        let result: Result<Int, ProxyError> = input.withBytes { bytes in
            do throws(ProxyError) { return .success(try decoder.decode(bytes, data)) } catch { return .failure(error) }
        }
        let used = try result.get()
        input.consume(used)
        return used
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}
