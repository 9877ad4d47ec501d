internal import Synchronization

/// A key of a compiled directory: whose it is, until when, and when it was last used.
package final class HeldKey: Sendable {
    package let agent: CompiledAgent
    package let key: AgentKey
    /// Its id in the store; `nil` for one of the configuration file.
    package var id: String? { key.id }
    /// Seconds since 1970 at which it ends; `nil` is never.
    var expiresAt: Int64? { key.expiresAt }
    /// Who holds it.
    package var principal: PrincipalID { agent.principal }
    /// Seconds since 1970; 0 is not since it was compiled.
    private let lastUse: Atomic<Int64>

    /// Takes over from `former` when it was last used.
    init(_ key: AgentKey, of agent: CompiledAgent, replacing former: HeldKey?) {
        lastUse = Atomic(former?.lastUse.load(ordering: .relaxed) ?? 0)
        self.agent = agent
        self.key = key
    }

    /// Whether it opens anything at this time, in seconds since 1970.
    package func isValid(at seconds: Int64) -> Bool { expiresAt.map { seconds < $0 } ?? true }

    /// Whether it may be used from there: a key that is bound to networks only from one of their addresses.
    package func isUsable(from peer: Peer) -> Bool {
        guard let networks = key.networks else { return true }
        guard case .address(let address, _) = peer.origin else { return false }
        return networks.contains { IPNetwork($0)?.contains(address) ?? false }
    }

    /// The scope of calls that the API makes.
    package static let callScope = "proxy:execute"
    /// The scope of asking for placeholders.
    package static let retrievalScope = "tokens:retrieve"

    /// Refuses a key that is bound to other uses than the proxy, or to other addresses; `withPlaceholder` says that the
    /// request has one that the API gave out.
    func requireUsable(from peer: Peer, withPlaceholder: Bool) throws(ProxyError) {
        guard isUsable(from: peer) else { throw .keyOutOfPlace }
        guard let scopes = key.scopes, !scopes.contains(HeldKey.callScope) else { return }
        guard withPlaceholder, scopes.contains(HeldKey.retrievalScope) else { throw .keyOutOfPlace }
    }

    /// Notes that it was shown, in seconds since 1970.
    package func noteUse(at seconds: Int64) {
        guard id != nil, lastUse.load(ordering: .relaxed) < seconds else { return }
        lastUse.store(seconds, ordering: .relaxed)
    }

    /// When it was last used since the last call, in seconds since 1970; `nil` if it was not.
    package func takeLastUse() -> Int64? {
        let seconds = lastUse.exchange(0, ordering: .relaxed)
        return seconds == 0 ? nil : seconds
    }
}
