internal import Glibc
internal import PosternCore

/// Where a request comes from: who is at the other end, and how it reached Postern.
struct ClientSource {
    /// How a request reached Postern.
    enum Entry {
        /// Through a listener, at this TCP port, if it has one.
        case listener(ListenerID, port: UInt16?)
        /// From inside of a sandbox.
        case sandbox(Sandbox, SandboxEntrance)
        /// By a call that the daemon makes itself, for a principal that is proven.
        case call(PrincipalID, AuditIdentity)
    }

    let peer: Peer
    let auditedPeer: AuditPeer
    let entry: Entry

    init(peer: Peer, listener: ListenerID, port: UInt16?) {
        self.peer = peer
        entry = .listener(listener, port: port)
        auditedPeer = peer.audited
    }

    init(peer: Peer, sandbox: Sandbox, entrance: SandboxEntrance) {
        self.peer = peer
        entry = .sandbox(sandbox, entrance)
        auditedPeer = AuditPeer(userID: sandbox.userID, processID: sandbox.processID, sandbox: sandbox.id)
    }

    /// Of a call that the daemon makes itself.
    init(_ call: ProxiedCall) {
        peer = call.attribution.peer ?? Peer(origin: .process(userID: getuid(), processID: getpid()))
        auditedPeer = call.attribution.peer?.audited ?? AuditPeer()
        entry = .call(call.principal, call.approval == nil ? .signedKey : .approval)
    }

    /// The TCP port at which Postern was reached.
    var localPort: UInt16? {
        switch entry {
        case .listener(_, let port): port
        case .sandbox(_, .proxy(let port)): port
        case .sandbox, .call: nil
        }
    }

    /// Whether the client believes to speak to the host that it asks for, and knows of no proxy.
    var isUnaware: Bool {
        switch entry {
        case .sandbox(_, .http), .sandbox(_, .https): true
        case .sandbox(_, .proxy), .listener, .call: false
        }
    }

    /// The sandbox that it comes from, if it does.
    var sandbox: Sandbox? { if case .sandbox(let sandbox, _) = entry { sandbox } else { nil } }

    /// The agent, or other principal, whose entry this is, as a snapshot has it.
    ///
    /// - Throws: ``ProxyError/shuttingDown`` where the listener is gone, ``ProxyError/peerNotAllowed`` where it does not
    ///   take this user any more.
    func listenerAgent(in snapshot: ProxySnapshot) throws(ProxyError) -> (name: String, source: AuditIdentity)? {
        switch entry {
        case .call(let principal, let identity): return (principal.directoryName, identity)
        case .sandbox(let sandbox, _):
            guard sandbox.isOpen else { throw .shuttingDown }
            guard snapshot.directory.agent(named: sandbox.agent)?.id == sandbox.agentID else { throw .identityRequired }
            return (sandbox.agent, .sandbox)
        case .listener(let listener, _):
            guard let settings = snapshot.listener(listener) else { throw .shuttingDown }
            var isUnix = false
            if case .process(let userID, _) = peer.origin {
                isUnix = true
                if let allowed = settings.allowedUserIDs, !allowed.contains(userID) { throw .peerNotAllowed }
            }
            return settings.agent.map { ($0, isUnix ? .socket : .port) }
        }
    }
}
