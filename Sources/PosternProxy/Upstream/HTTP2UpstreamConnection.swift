internal import PosternCore
internal import PosternEventLoop
internal import PosternHTTP2
internal import PosternUpstream

/// An upstream connection of HTTP/2, shared by requests under one rule to one destination.
///
///     dialling -> open -> retired -> closed
final class HTTP2UpstreamConnection: UpstreamConnectionUser, HTTP2SessionHandler, TurnEndSender {
    /// Pieces received in one turn, so that a fast upstream leaves the loop time for others.
    private static let maxPiecesPerTurn = 8

    private unowned let connector: UpstreamConnector
    private let worker: ProxyWorker
    let key: UpstreamPool.Key
    private(set) var session: HTTP2Session?
    private var connection: UpstreamConnection?
    /// Requests that wait for the connection to be there.
    private var waiting: [HTTP2Upstream] = []
    private var streams: [Int32: HTTP2Upstream] = [:]
    /// Requests with something to receive or room to send.
    private var news: [HTTP2Upstream] = []
    private var pending = ByteQueue(isSecret: true)
    private var isScheduled = false
    private var isRetired = false
    private var isClosed = false
    private var requestCount = 0
    private lazy var idleDeadline = Deadline { [unowned self] in if streams.isEmpty { close() } }

    init(_ key: UpstreamPool.Key, connector: UpstreamConnector, worker: ProxyWorker) {
        self.key = key
        self.connector = connector
        self.worker = worker
    }

    /// Takes over a connection that is being dialled.
    func use(_ connection: UpstreamConnection) { self.connection = connection }

    /// Whether another request may be carried.
    var takesRequest: Bool {
        guard !isRetired, !isClosed else { return false }
        guard let session, session.hasSettingsOfPeer else {
            return waiting.count < HTTP2Limits().maxConcurrentStreams
        }
        return session.acceptsRequest
    }

    /// Carries a request, now or when the connection is there.
    func add(_ upstream: HTTP2Upstream, user: any UpstreamUser) {
        let isOpen = session?.hasSettingsOfPeer == true
        if !isOpen { waiting.append(upstream) }
        upstream.use(self, isReused: requestCount > 0)
        user.upstreamChosen(upstream, isOpen: isOpen)
    }

    /// Forgets a request that is over or no longer wanted.
    func forget(_ upstream: HTTP2Upstream) {
        news.removeAll { $0 === upstream }
        guard let index = waiting.firstIndex(where: { $0 === upstream }) else { return }
        waiting.remove(at: index)
        // Nobody was let in for so long that the last one gave up: others are not to wait here, too.
        if waiting.isEmpty { retire() }
    }

    /// Carries no further request, and closes when those under way are over.
    func retire() {
        isRetired = true
        if streams.isEmpty, waiting.isEmpty { close() }
    }

    // MARK: Requests

    /// Opens a stream; `nil` if there is none to be had.
    func submit(_ head: UnsafeRawBufferPointer, hasBody: Bool, for upstream: HTTP2Upstream) -> Int32? {
        guard let stream = session?.submitRequest(head, hasBody: hasBody) else { return nil }
        requestCount += 1
        streams[stream] = upstream
        worker.loop.suspend(idleDeadline)
        return stream
    }

    /// Ends a stream that its user lets go of.
    func end(_ stream: Int32, isComplete: Bool) {
        guard streams.removeValue(forKey: stream) != nil else { return }
        if !isComplete { session?.reset(stream, code: HTTP2ErrorCode.cancel) }
        becameIdle()
        schedule()
    }

    private func becameIdle() {
        guard streams.isEmpty else { return }
        if isRetired { schedule() }
        worker.loop.set(idleDeadline, after: worker.snapshot.settings.timeouts.pooledConnection)
    }

    /// There is something for a request to receive, or room to send.
    func hasNews(_ upstream: HTTP2Upstream) {
        if news.last !== upstream { news.append(upstream) }
        schedule()
    }

    // MARK: The connection

    func upstreamConnected(_ connection: UpstreamConnection) {
        guard connection.isHTTP2 else {
            let waiting = waiting
            self.waiting = []
            isClosed = true
            self.connection = nil
            connector.speaksHTTP1(connection, on: self, waiting)
            return
        }
        session = HTTP2Session(role: .client, handler: self)
        guard session != nil else {
            close(.connectionRefused)
            return
        }
        schedule()
    }

    /// Begins the requests that waited, as many as the upstream takes at once; the others go to another connection.
    private func beginWaiting(on session: HTTP2Session) {
        guard session.hasSettingsOfPeer, !waiting.isEmpty else { return }
        let room = session.acceptsRequest ? max(0, session.maxConcurrentStreamsOfPeer - session.openStreamCount) : 0
        let begun = waiting.prefix(room)
        let others = Array(waiting.dropFirst(room))
        waiting = []
        for upstream in begun {
            upstream.user?.upstreamConnected(upstream)
        }
        // A connection that takes none at all is no reason to make another.
        if begun.isEmpty {
            for upstream in others { upstream.user?.upstreamFailed(.connectionRefused) }
        } else {
            connector.connectAnew(others, prefersHTTP2: true)
        }
        becameIdle()
    }

    func upstreamFailed(_ connection: UpstreamConnection, _ error: UpstreamError) {
        self.connection = nil
        close(error)
    }

    func upstreamReady(_ connection: UpstreamConnection) {
        guard let session, !isClosed else { return }
        var pieces = 0
        while true {
            guard pieces < HTTP2UpstreamConnection.maxPiecesPerTurn else {
                worker.loop.atNextTurn { [weak self] in self?.upstreamReady(connection) }
                break
            }
            pieces += 1
            guard receive(from: connection, session) else { break }
        }
        schedule()
    }

    /// Receives once; `false` if there is nothing more.
    private func receive(from connection: UpstreamConnection, _ session: HTTP2Session) -> Bool {
        switch connection.receive(into: worker.receiving) {
        case .bytes(let count):
            let bytes = UnsafeRawBufferPointer(rebasing: worker.receiving[..<count])
            guard session.receive(bytes, now: worker.loop.now.nanoseconds) else {
                isRetired = true
                return false
            }
            beginWaiting(on: session)
            return true
        case .wouldBlock: return false
        case .end, .failed:
            close()
            return false
        }
    }

    /// Has the output sent at the end of this turn.
    func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        worker.outputs.add(self)
    }

    func sendAtTurnEnd() {
        isScheduled = false
        let ready = news
        news.removeAll(keepingCapacity: true)
        for upstream in ready { upstream.notify() }
        guard let session, let connection, !isClosed else { return }
        send(from: session, on: connection)
        if session.isFinished || (isRetired && streams.isEmpty && pending.isEmpty) { close() }
    }

    private func send(from session: HTTP2Session, on connection: UpstreamConnection) {
        while true {
            while !pending.isEmpty {
                switch pending.withBytes({ connection.send($0) }) {
                case .bytes(let count): pending.consume(count)
                case .wouldBlock: return
                case .failed:
                    close()
                    return
                }
            }
            while pending.count < 16_384, let bytes = session.nextOutput() { pending.append(bytes) }
            if pending.isEmpty { return }
        }
    }

    /// Closes the connection; what is under way on it is lost, and who waits for it waits for nothing.
    private func close(_ error: UpstreamError = .connectionLost) {
        guard !isClosed else { return }
        isClosed = true
        connector.closed(self)
        worker.loop.cancel(idleDeadline)
        if let connection { worker.engine.giveBack(connection, isReusable: false) }
        connection = nil
        session?.abandon()
        pending.removeAll()
        let waiting = waiting
        self.waiting = []
        for upstream in waiting { upstream.user?.upstreamFailed(error) }
        schedule()
    }

    // MARK: What the upstream sends

    func http2HeadReceived(_ head: Result<[UInt8], HTTP2HeadError>, on stream: Int32, endsStream: Bool) {
        guard let upstream = streams[stream] else { return }
        upstream.headReceived(head, endsStream: endsStream)
        hasNews(upstream)
    }

    func http2DataReceived(_ bytes: UnsafeRawBufferPointer, on stream: Int32) {
        guard let upstream = streams[stream] else {
            session?.consumed(bytes.count, on: stream)
            return
        }
        upstream.received(bytes)
        hasNews(upstream)
    }

    func http2TrailersReceived(_ lines: [UInt8], on stream: Int32) { streams[stream]?.trailersReceived(lines) }

    func http2EndReceived(on stream: Int32) {
        guard let upstream = streams[stream] else { return }
        upstream.answerEnded()
        hasNews(upstream)
    }

    func http2StreamClosed(_ stream: Int32, errorCode: UInt32) {
        guard let upstream = streams.removeValue(forKey: stream) else { return }
        upstream.closed(errorCode)
        hasNews(upstream)
        becameIdle()
    }

    func http2ReadBody(on stream: Int32, into room: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        streams[stream]?.readRequest(into: room) ?? .bytes(0, isLast: true)
    }

    /// Clients answer nothing.
    func http2AnswerEndedFirst(on stream: Int32) {}

    func http2GoAwayReceived(lastStream: Int32, errorCode: UInt32) { isRetired = true }

    /// Its requests are lost, and say so themselves.
    func http2ConnectionFailed(errorCode: UInt32) { isRetired = true }
}

@available(*, unavailable)
extension HTTP2UpstreamConnection: Sendable {}
