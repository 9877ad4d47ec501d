package import PosternCore

/// Where a request comes from: who is at the other end, and through which listener.
struct ClientSource {
    let peer: Peer
    let auditedPeer: AuditPeer
    let listener: ListenerID

    init(peer: Peer, listener: ListenerID) {
        self.peer = peer
        self.listener = listener
        auditedPeer = peer.audited
    }

    /// The agent whose listener this is, as a snapshot has it.
    ///
    /// - Throws: ``ProxyError/shuttingDown`` where the listener is gone, ``ProxyError/peerNotAllowed`` where it does not
    ///   take this user any more.
    func listenerAgent(in snapshot: ProxySnapshot) throws(ProxyError) -> (name: String, source: AuditIdentity)? {
        guard let settings = snapshot.listener(listener) else { throw .shuttingDown }
        var isUnix = false
        if case .process(let userID, _) = peer.origin {
            isUnix = true
            if let allowed = settings.allowedUserIDs, !allowed.contains(userID) { throw .peerNotAllowed }
        }
        return settings.agent.map { ($0, isUnix ? .socket : .port) }
    }
}
