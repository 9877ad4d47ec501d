/// A request whose agent is proven.
package struct IdentifiedRequest: Sendable {
    package let ingress: IngressRequest
    package let agent: CompiledAgent
    package let source: AuditIdentity
}

/// Proves which agent is asking, or refuses.
///
/// Each request is proven by itself.
package struct IdentityStage: Sendable {
    package init() {}

    /// Identifies the agent of a request, by the snapshot that holds for it.
    ///
    /// `listenerAgent` is the agent whose own listener the connection came through, and how, if it is anyone's.
    ///
    /// - Throws: ``ProxyError/identityRequired`` or ``ProxyError/keyRequired`` where nothing proves an agent,
    ///   ``ProxyError/identityConflict`` where two things prove different ones.
    package func identify(
        _ ingress: IngressRequest,
        listenerAgent: (name: String, source: AuditIdentity)?,
        in directory: Directory
    ) throws(ProxyError) -> IdentifiedRequest {
        let proxyKey = try PresentedKey.proxyAuthorization(ingress.head)
        let proxyAgent = (proxyKey ?? ingress.tunnelKey).map { directory.agent(holding: $0) }
        if let proxyKey, let tunnelKey = ingress.tunnelKey,
            directory.agent(holding: proxyKey) !== directory.agent(holding: tunnelKey)
        {
            throw .identityConflict
        }
        let urlAgent = try urlAgent(ingress, in: directory)
        if let listenerAgent {
            guard let agent = directory.agent(named: listenerAgent.name) else { throw .identityRequired }
            // A key shown on a socket that needs none must be that agent's: a wrong or foreign one is refused rather
            // than ignored, and never adds to what the socket may do.
            if let proxyAgent, proxyAgent !== agent { throw .identityConflict }
            if let urlAgent, urlAgent !== agent { throw .identityConflict }
            if listenerAgent.source == .port, case .provider = ingress.target,
                ingress.head.fields.contains(where: { $0.known == .browser })
            {
                // A page of any site can send requests to a port of this machine, and needs no key here.
                throw .browserRequest
            }
            return IdentifiedRequest(ingress: ingress, agent: agent, source: listenerAgent.source)
        }
        if let proxyAgent {
            guard let agent = proxyAgent else { throw .identityRequired }
            if let urlAgent, urlAgent !== agent { throw .identityConflict }
            return IdentifiedRequest(ingress: ingress, agent: agent, source: .proxyAuthorization)
        }
        if let urlAgent { return IdentifiedRequest(ingress: ingress, agent: urlAgent, source: .urlKey) }
        if case .provider = ingress.target { throw .keyRequired }
        throw .identityRequired
    }

    /// The agent whose key stands where a base-URL client puts its API key.
    private func urlAgent(_ ingress: IngressRequest, in directory: Directory) throws(ProxyError) -> CompiledAgent? {
        guard case .provider(let provider) = ingress.target else { return nil }
        var found: CompiledAgent?
        for key in PresentedKey.inCredentialSlots(ingress, slots: directory.slots(ofProvider: provider)) {
            guard let agent = directory.agent(holding: key) else { continue }
            if let found, found !== agent { throw .identityConflict }
            found = agent
        }
        return found
    }
}
