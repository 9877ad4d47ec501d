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
    private static let maxDiscardedBytes = 1_048_576
    /// Pieces of work done for one connection in one turn.
    private static let maxStepsPerTurn = 32
    private static let lingerTime = Duration.seconds(2)

    let worker: ProxyWorker
    let peer: Peer
    let auditedPeer: AuditPeer
    let listener: ListenerID

    private let descriptor: CInt
    private var registration: EventLoop.Registration?
    private var state = State.idle
    var input = ByteQueue()
    private var output = ByteQueue()
    private var isReadable = true
    private var isReadClosed = false
    private var isWritable = true
    /// Whether the connection ends once the output is gone.
    private var closesAfterOutput = false
    private var isReadingHeads = false
    private var goesOnNextTurn = false
    private lazy var deadline: Deadline = Deadline { [unowned self] in deadlineExpired() }
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

    // MARK: Reading

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
    private(set) var isBroken = false

    /// Reads heads, and answers or starts them, until one is being carried out or the bytes are used up.
    private func readRequests() {
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

    private func endIfClientEnded() {
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

    // MARK: Writing

    /// Whether everything written so far has been taken by the kernel.
    var hasFlushed: Bool { output.isEmpty }

    /// Sends two runs of bytes after one another, keeping what the kernel does not take now.
    func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = .init(start: nil, count: 0)) {
        guard !isClosed, !isBroken else { return }
        var sent = 0
        if output.isEmpty, isWritable {
            let result =
                second.isEmpty
                ? postern_send(descriptor, first.baseAddress, first.count)
                : postern_send_two(descriptor, first.baseAddress, first.count, second.baseAddress, second.count)
            if result >= 0 {
                sent = result
            } else if errno != EAGAIN, errno != EWOULDBLOCK {
                isBroken = true
                return
            }
        }
        guard sent < first.count + second.count else { return }
        isWritable = false
        if sent < first.count { output.append(UnsafeRawBufferPointer(rebasing: first[sent...])) }
        output.append(UnsafeRawBufferPointer(rebasing: second[max(0, sent - first.count)...]))
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
    }

    private func flush() {
        let sent = output.withBytes { postern_send(descriptor, $0.baseAddress, $0.count) }
        if sent >= 0 {
            output.consume(sent)
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        } else if errno != EAGAIN, errno != EWOULDBLOCK {
            abandon(.clientClosed)
            return
        }
        guard output.isEmpty else {
            isWritable = false
            return
        }
        if closesAfterOutput { beginLinger() } else if case .idle = state { becameIdle() }
    }

    // MARK: Requests

    private func admit(_ head: RequestHead) {
        let snapshot = worker.snapshot
        var ingress: IngressRequest?
        do throws(ProxyError) {
            if worker.isDraining { throw .shuttingDown }
            let listenerAgent = try listenerAgent(in: snapshot)
            let request = try IngressRequest(head, from: peer)
            ingress = request
            do throws(Refusal) {
                let authorized = try worker.pipeline.authorize(
                    request,
                    listenerAgent: listenerAgent,
                    in: snapshot.directory,
                    nowSeconds: worker.wallClock / 1_000_000_000,
                    monotonicNow: worker.loop.now.nanoseconds
                )
                let exchange = Exchange(authorized, requestID: worker.nextRequestID(), client: self)
                state = .exchange(exchange)
                exchange.begin()
            } catch {
                refuse(
                    slowed(error.error, head),
                    head: head,
                    ingress: request,
                    agent: error.agent,
                    identity: error.identity
                )
            }
        } catch {
            refuse(error, head: head, ingress: ingress)
        }
    }

    /// The agent whose listener this is, as the present snapshot has it.
    func listenerAgent(
        in snapshot: ProxySnapshot
    ) throws(ProxyError) -> (name: String, source: AuditIdentity)? {
        guard let settings = snapshot.listener(listener) else { throw .shuttingDown }
        var isUnix = false
        if case .process(let userID, _) = peer.origin {
            isUnix = true
            if let allowed = settings.allowedUserIDs, !allowed.contains(userID) { throw .peerNotAllowed }
        }
        return settings.agent.map { ($0, isUnix ? .socket : .port) }
    }

    /// A refused identity, or, if it was a wrong key and there were too many of those, the answer to that.
    private func slowed(_ error: ProxyError, _ head: RequestHead) -> ProxyError {
        let showsKey =
            switch error {
            case .identityRequired: head.fields.contains { $0.known == .proxyAuthorization }
            case .keyRequired: head.fields.contains { $0.known == .credential || $0.known == .proxyAuthorization }
            case .identityConflict: true
            default: false
            }
        guard showsKey else { return error }
        let isExhausted = worker.shared.attempts.isExhausted(
            afterWrongKeyFrom: peer.source,
            now: worker.loop.now.nanoseconds
        )
        return isExhausted ? .tooManyAttempts : error
    }

    /// Answers a request that is not carried out, and records that.
    private func refuse(
        _ error: ProxyError,
        head: RequestHead? = nil,
        ingress: IngressRequest? = nil,
        agent: String? = nil,
        identity: AuditIdentity? = nil
    ) {
        let requestID = worker.nextRequestID()
        let problem = ProblemDetails(error)
        worker.journal.append(
            DenialRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: agent,
                identity: identity,
                peer: auditedPeer,
                provider: ingress?.providerName,
                rule: error.ruleID,
                method: head.map { ArraySlice($0.method.rawValue.utf8) },
                url: ingress.flatMap(AuditURL.init(asked:)),
                status: problem.status,
                errorCode: problem.code,
                reason: problem.detail,
                tags: head.map(AuditTags.init) ?? AuditTags()
            )
        )
        let body = head?.body ?? .none
        let canGoOn = head.map { $0.keepsConnection && canDiscard($0) } ?? false
        let closes = error.endsConnection || !canGoOn || hasEnded
        let response = problem.response(requestID: requestID, closes: closes, isBodiless: head?.method == .head)
        response.withUnsafeBytes { write($0) }
        if closes {
            finishConnection()
        } else if body == .none {
            becameIdle()
        } else {
            state = .discarding(RequestBodyDecoder(body), remaining: ClientConnection.maxDiscardedBytes)
        }
    }

    /// Whether the body of a refused request may be read to keep the connection.
    ///
    /// A client that waits for 100 Continue may or may not send one, so the next bytes could be either.
    private func canDiscard(_ head: RequestHead) -> Bool {
        switch head.body {
        case .none: true
        case .length(let length): !head.expectsContinue && length < ClientConnection.maxDiscardedBytes
        case .chunked: !head.expectsContinue
        }
    }

    /// The exchange is over.
    ///
    /// - Parameter keeps: whether the connection stands exactly before the next request.
    func exchangeEnded(keeps: Bool) {
        guard case .exchange = state else { return }
        guard keeps, !hasEnded || !input.isEmpty, !worker.isDraining, !isBroken else {
            finishConnection()
            return
        }
        becameIdle()
        readRequests()
    }

    private func becameIdle() {
        state = .idle
        if output.isEmpty { worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientIdle) }
    }

    // MARK: Ends

    /// Sends what there is to send, then closes.
    private func finishConnection() {
        guard !isClosed else { return }
        if isBroken {
            close()
        } else if output.isEmpty {
            beginLinger()
        } else {
            closesAfterOutput = true
            state = .lingering(remaining: 0)
        }
    }

    private func beginLinger() {
        closesAfterOutput = false
        input.removeAll()
        if hasEnded {
            close()
            return
        }
        shutdown(descriptor, CInt(SHUT_WR))
        state = .lingering(remaining: 4 * ClientConnection.maxDiscardedBytes)
        worker.loop.set(deadline, after: ClientConnection.lingerTime)
        isReadable = true
        linger()
    }

    private func linger() {
        guard case .lingering(var remaining) = state, !closesAfterOutput else { return }
        while remaining > 0, receive() {
            remaining -= input.count
            input.removeAll()
        }
        state = .lingering(remaining: remaining)
        if hasEnded || remaining <= 0 { close() }
    }

    /// Ends the connection without further ado; an exchange under way is recorded as ended for this reason.
    func abandon(_ reason: ProxyError) {
        if case .exchange(let exchange) = state { exchange.clientGone(reason) }
        cut()
    }

    /// Ends the connection so that the client notices that its answer is not whole: a reset, since the orderly end of
    /// a connection can also be the end of an answer.
    func cut() {
        guard !isClosed else { return }
        postern_reset_on_close(descriptor)
        close()
    }

    /// Ends the connection if it is between two requests.
    func closeIfIdle() {
        if case .idle = state, output.isEmpty { finishConnection() }
    }

    /// Cuts an exchange whose agent, listener or grant is no longer there.
    func reviewAuthority() {
        guard case .exchange(let exchange) = state else { return }
        exchange.reviewAuthority(in: worker.snapshot)
    }

    private func close() {
        guard !isClosed else { return }
        state = .closed
        worker.loop.cancel(deadline)
        worker.loop.cancel(exchangeDeadline)
        if let registration { worker.loop.deregister(registration, descriptor) }
        registration = nil
        Glibc.close(descriptor)
        input.removeAll()
        output.removeAll()
        worker.remove(self)
    }

    private func deadlineExpired() {
        if !output.isEmpty {
            abandon(.clientTimeout)
            return
        }
        switch state {
        case .idle: input.isEmpty ? finishConnection() : refuse(.requestTimeout)
        case .head: refuse(.requestTimeout)
        case .exchange, .closed: break
        case .discarding, .lingering: close()
        }
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}

extension ProxyError {
    /// The rule that a refusal names.
    fileprivate var ruleID: String? {
        switch self {
        case .policyDenied(let rule, _), .ambiguousPath(let rule), .grantExpired(let rule): rule
        default: nil
        }
    }
}

extension AuditURL {
    /// What a refused request asked for, as it was addressed.
    fileprivate init?(asked ingress: IngressRequest) {
        guard case .destination(let scheme, let host, let port) = ingress.target else { return nil }
        self.init(
            destination: Destination(scheme: scheme, host: host, port: port ?? scheme.defaultPort),
            path: ingress.head[ingress.path],
            query: ingress.query.map { ingress.head[$0] }
        )
    }
}
