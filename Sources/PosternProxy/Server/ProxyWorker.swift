internal import CLinux
internal import PosternCertificates
internal import PosternCore
internal import PosternEventLoop
internal import PosternUpstream

/// Everything that one event loop needs to serve clients.
///
/// Nothing in it is shared with another thread.
final class ProxyWorker {
    let loop: EventLoop
    let outputs: OutputSchedule
    let journal: AuditJournal
    let engine: UpstreamEngine
    let shared: SharedState
    let pipeline: RequestPipeline
    /// What holds for requests that start now.
    private(set) var snapshot: ProxySnapshot
    private(set) var parser: RequestHeadParser
    /// Whether no further request is started.
    private(set) var isDraining = false

    /// Where sockets are read into; used up before any other socket is.
    let receiving = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
    /// Where answers are read into, with room in front for what was held back and for a chunk header, and behind for
    /// the end of a chunk.
    let answering = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536 + 32_768, alignment: 64)
    /// Where requests are written together; holds credentials, and is wiped after each use.
    var sending: [UInt8] = []
    /// Where the output of a turn is put together; taken while it is in use.
    var gathering: [UInt8] = []
    /// Where short runs of bytes are put together for one TLS record.
    let record = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 64)
    private(set) lazy var connector = UpstreamConnector(worker: self)
    /// What ends TLS with clients.
    let interception: Interception?

    private var requestIDs: RequestIDGenerator
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    private var calls: [ObjectIdentifier: CallClient] = [:]
    private var listening: [ListeningSocket] = []

    init(
        number: Int,
        loop: EventLoop,
        snapshot: ProxySnapshot,
        sink: any AuditSink,
        shared: SharedState,
        issuer: LeafIssuer?,
        engineSettings: UpstreamEngine.Settings
    ) throws(UpstreamError) {
        self.loop = loop
        self.snapshot = snapshot
        self.shared = shared
        pipeline = RequestPipeline(tokens: shared.sealedTokens)
        parser = RequestHeadParser(limits: snapshot.settings.requestLimits)
        // Before the journal, so that what ends while output is sent is recorded in the same turn.
        outputs = OutputSchedule(on: loop)
        journal = AuditJournal(on: loop, sink: sink)
        engine = try UpstreamEngine(on: loop, settings: engineSettings)
        interception = issuer.flatMap(Interception.init)
        requestIDs = RequestIDGenerator(startedAt: shared.startedAt, loop: number)
        // Enough for the longest head and a piece of body: growing would leave a copy of a credential behind.
        sending.reserveCapacity(262_144)
    }

    deinit {
        receiving.deallocate()
        answering.deallocate()
        record.deallocate()
    }

    /// Overwrites what was sent.
    func wipeSending() {
        sending.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
    }

    func nextRequestID() -> String { requestIDs.next() }

    /// Nanoseconds since 1970.
    var wallClock: Int64 { postern_realtime_ns() }
}

@available(*, unavailable)
extension ProxyWorker: Sendable {}

// Connections and listeners.
extension ProxyWorker {
    func listen(on socket: ListeningDescriptor) {
        listening.append(ListeningSocket(socket, worker: self))
    }

    func stopListening(where isGone: (ListenerID) -> Bool) {
        listening.removeAll { socket in
            guard isGone(socket.id) else { return false }
            socket.stop()
            return true
        }
    }

    /// Serves a client that has connected.
    func serve(_ descriptor: CInt, _ source: ClientSource) {
        let hasRoom = shared.connectionBegan(most: snapshot.settings.maxConnections)
        let connection = ClientConnection(descriptor, from: source, isCounted: hasRoom, worker: self)
        connection.start(refusing: hasRoom ? nil : .overloaded)
    }

    /// Cuts what comes from a sandbox.
    func end(_ sandbox: Sandbox) {
        for connection in Array(connections.values) where connection.source.sandbox === sandbox {
            connection.abandon(.shuttingDown)
        }
    }

    func add(_ call: CallClient) { calls[ObjectIdentifier(call)] = call }

    func remove(_ call: CallClient) { calls[ObjectIdentifier(call)] = nil }

    func add(_ connection: ClientConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: ClientConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil, connection.isCounted else { return }
        shared.connectionEnded()
    }

    /// Puts another snapshot in force.
    ///
    /// When this returns no request that starts here uses the old one, no upstream connection opened under a rule that has
    /// changed is kept, and exchanges whose authority is gone are cut.
    func adopt(_ snapshot: ProxySnapshot, engineSettings: UpstreamEngine.Settings) {
        self.snapshot = snapshot
        parser = RequestHeadParser(limits: snapshot.settings.requestLimits)
        engine.settings = engineSettings
        let directory = snapshot.directory
        engine.discard { directory.holds($0) }
        connector.discard { directory.holds($0) }
        reviewAuthority()
    }

    /// Cuts exchanges whose authority is gone.
    func reviewAuthority() {
        for connection in Array(connections.values) { connection.reviewAuthority() }
        for call in Array(calls.values) { call.reviewAuthority() }
    }

    /// Starts no further request and closes idle connections.
    func drain() {
        isDraining = true
        stopListening { _ in true }
        for connection in Array(connections.values) { connection.closeIfIdle() }
    }

    /// Cuts whatever still runs.
    func abandon() {
        for connection in Array(connections.values) { connection.abandon(.shuttingDown) }
        for call in Array(calls.values) { call.abandon(.shuttingDown) }
    }
}
