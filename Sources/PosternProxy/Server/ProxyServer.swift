internal import CLinux
internal import Foundation
package import PosternCertificates
package import PosternCore
internal import PosternEventLoop
internal import PosternUpstream

/// The proxy as a whole: its listeners and event loops, and the snapshot they go by.
///
/// Its methods are called from one thread, which is none of the loops'.
package final class ProxyServer {
    private let shared: SharedState
    private let sink: any AuditSink
    private let inherited: [String: CInt]
    private let issuer: LeafIssuer?
    private let startedAt: Int64
    private var loops: [LoopThread] = []
    private var listening: [ListenerID: ListeningDescriptor] = [:]
    private var snapshot: ProxySnapshot

    /// How long a loop may take for what it is asked before that counts as stuck.
    private static let patience = Duration.seconds(10)

    /// Binds every listener.
    ///
    /// Nothing is accepted before ``start()``.
    ///
    /// `inherited` holds the sockets that the service manager handed over, by name. Without an `issuer` of certificates,
    /// CONNECT to hosts whose requests are judged is refused.
    ///
    /// - Throws: ``ListenError`` for the first that cannot be bound.
    package init(
        _ snapshot: ProxySnapshot,
        sink: any AuditSink,
        uses: any UseLedger,
        desks: ProxyDesks,
        issuer: LeafIssuer?,
        inherited: [String: CInt]
    ) throws(ListenError) {
        self.issuer = issuer
        self.snapshot = snapshot
        self.sink = sink
        self.inherited = inherited
        startedAt = postern_realtime_ns()
        shared = SharedState(startedAt: startedAt, uses: uses, desks: desks)
        for (id, _) in ListenerID.identify(snapshot.settings.listeners) {
            listening[id] = try ListeningDescriptor(id, inherited: inherited)
        }
    }

    /// Initialises libcurl and starts the event loops.
    ///
    /// - Returns: `false` if the system lacks something that a loop cannot do without.
    package func start() -> Bool {
        guard CurlLibrary.initialize() else { return false }
        let asked = snapshot.settings.eventLoops
        let count = min(asked > 0 ? asked : ProcessInfo.processInfo.activeProcessorCount, RequestIDGenerator.maxLoops)
        let engineSettings = engineSettings(for: snapshot)
        for number in 0..<count {
            guard
                let loop = LoopThread.start(
                    number: number,
                    snapshot: snapshot,
                    sink: sink,
                    shared: shared,
                    issuer: issuer,
                    engineSettings: engineSettings
                )
            else { return false }
            loops.append(loop)
        }
        let sockets = Array(listening.values)
        return onAllLoops { worker in sockets.forEach(worker.listen) }
    }

    /// Where the proxy listens, with the ports it got.
    package var addresses: [String] { listening.values.map(\.description).sorted() }

    /// Where the proxy listens, and whose each listener is, if it is anyone's.
    package var listeners: [(address: String, agent: String?)] {
        listening.values
            .map { (address: $0.description, agent: snapshot.listener($0.id)?.agent) }
            .sorted { $0.address < $1.address }
    }

    /// What makes the daemon's own calls, once the proxy has started.
    package var calls: ProxyCalls { ProxyCalls(loops) }

    /// Where connections from sandboxes come in, once the proxy has started.
    package var entrances: SandboxEntrances { SandboxEntrances(loops) }

    /// How many clients are connected.
    package var connectionCount: Int { shared.connectionCount }

    /// Binds the listeners that a snapshot adds, so that nothing is left that could fail when it is applied.
    package func bindAdditions(of next: ProxySnapshot) throws(ListenError) -> [ListeningDescriptor] {
        var added: [ListeningDescriptor] = []
        for (id, _) in ListenerID.identify(next.settings.listeners) where listening[id] == nil {
            added.append(try ListeningDescriptor(id, inherited: inherited))
        }
        return added
    }

    /// Puts another snapshot in force on every loop.
    ///
    /// When this returns `true` no later request is judged by the old one; `false` means that a loop is stuck.
    ///
    /// `added` is what ``bindAdditions(of:)`` gave for it.
    package func apply(_ next: ProxySnapshot, adding added: [ListeningDescriptor]) -> Bool {
        let wanted = Set(ListenerID.identify(next.settings.listeners).map(\.id))
        for socket in added { listening[socket.id] = socket }
        for id in listening.keys where !wanted.contains(id) { listening[id] = nil }
        snapshot = next
        let engineSettings = engineSettings(for: next)
        return onAllLoops { worker in
            worker.stopListening { !wanted.contains($0) }
            worker.adopt(next, engineSettings: engineSettings)
            added.forEach(worker.listen)
        }
    }

    /// Whether every loop still turns.
    package func isAlive() -> Bool { onAllLoops { _ in } }

    /// Stops accepting and starts no further request; those under way go on.
    package func drain() {
        listening = [:]
        onAllLoops { $0.drain() }
    }

    /// Cuts what is still under way, recording that it was.
    package func abandon() {
        onAllLoops { $0.abandon() }
        // The records are handed over at the end of that turn, and this is answered in the next one.
        onAllLoops { _ in }
    }

    @discardableResult
    private func onAllLoops(_ body: @escaping @Sendable (ProxyWorker) -> Void) -> Bool {
        let done = Latch()
        for loop in loops {
            loop.run { worker in
                body(worker)
                done.signal()
            }
        }
        return loops.allSatisfy { _ in done.wait(for: ProxyServer.patience) }
    }

    /// The addresses and ports on which the proxy listens, which are nothing to connect to.
    package var endpoints: Set<IPEndpoint> {
        var own: Set<IPEndpoint> = []
        for socket in listening.values {
            guard case .tcp(let endpoint) = socket.id.address else { continue }
            own.insert(IPEndpoint(address: endpoint.address, port: socket.port))
        }
        return own
    }

    private func engineSettings(for snapshot: ProxySnapshot) -> UpstreamEngine.Settings {
        UpstreamEngine.Settings(snapshot.settings, ownEndpoints: endpoints)
    }
}
