/// A request whose agent is proven.
package struct IdentifiedRequest: Sendable {
    package let ingress: IngressRequest
    package let agent: CompiledAgent
    package let source: AuditIdentity
    /// The key that proved it; `nil` where the connection did.
    let key: HeldKey?
    /// The id of the key that a placeholder in it was asked for with.
    var placeholderKey: String?
    /// What the client said that asked for that placeholder.
    var attribution: CallAttribution?

    /// The same request of whoever a placeholder in it is for.
    func acting(
        as principal: CompiledAgent,
        with placeholderKey: String?,
        _ attribution: CallAttribution?
    ) -> IdentifiedRequest {
        IdentifiedRequest(
            ingress: ingress,
            agent: principal,
            source: source,
            key: key,
            placeholderKey: placeholderKey,
            attribution: attribution
        )
    }

    /// - Throws: ``ProxyError/agentPaused`` for an agent that is known and may do nothing.
    func requireActive() throws(ProxyError) { if agent.isPaused { throw .agentPaused } }
}

/// Proves which agent is asking, or refuses.
///
/// Each request is proven by itself.
package struct IdentityStage: Sendable {
    package init() {}

    /// Identifies the agent of a request, by the snapshot that holds for it.
    ///
    /// `listenerAgent` is the agent whose own listener the connection came through, and how, if it is anyone's;
    /// `nowSeconds` is the wall clock, in seconds since 1970.
    ///
    /// - Throws: ``ProxyError/identityRequired`` or ``ProxyError/keyRequired`` where nothing proves an agent,
    ///   ``ProxyError/identityConflict`` where two things prove different ones.
    package func identify(
        _ ingress: IngressRequest,
        listenerAgent: (name: String, source: AuditIdentity)?,
        in directory: Directory,
        nowSeconds: Int64
    ) throws(ProxyError) -> IdentifiedRequest {
        let keys = ValidKeys(directory: directory, nowSeconds: nowSeconds)
        let proxyKey = try PresentedKey.proxyAuthorization(ingress.head)
        let proxyHolder = (proxyKey ?? ingress.tunnelKey).map { keys.holder(of: $0) }
        if let proxyKey, let tunnelKey = ingress.tunnelKey,
            keys.holder(of: proxyKey)?.agent !== keys.holder(of: tunnelKey)?.agent
        {
            throw .identityConflict
        }
        let urlHolder = try urlHolder(ingress, keys)
        if let listenerAgent {
            guard let agent = keys.directory.agent(named: listenerAgent.name) else { throw .identityRequired }
            // A key shown on a socket that needs none must be that agent's: a wrong or foreign one is refused rather
            // than ignored, and never adds to what the socket may do.
            if let proxyHolder, proxyHolder?.agent !== agent { throw .identityConflict }
            if let urlHolder, urlHolder.agent !== agent { throw .identityConflict }
            if listenerAgent.source == .port, case .provider = ingress.target,
                ingress.head.fields.contains(where: { $0.known == .browser })
            {
                // A page of any site can send requests to a port of this machine, and needs no key here.
                throw .browserRequest
            }
            return IdentifiedRequest(ingress: ingress, agent: agent, source: listenerAgent.source, key: nil)
        }
        if let proxyHolder {
            guard let holder = proxyHolder else { throw .identityRequired }
            if let urlHolder, urlHolder.agent !== holder.agent { throw .identityConflict }
            let source = holder.key == nil ? AuditIdentity.runToken : .proxyAuthorization
            return IdentifiedRequest(ingress: ingress, agent: holder.agent, source: source, key: holder.key)
        }
        if let urlHolder {
            return IdentifiedRequest(ingress: ingress, agent: urlHolder.agent, source: .urlKey, key: urlHolder)
        }
        if case .provider = ingress.target { throw .keyRequired }
        throw .identityRequired
    }

    /// The key that stands where a base-URL client puts its API key.
    private func urlHolder(_ ingress: IngressRequest, _ keys: ValidKeys) throws(ProxyError) -> HeldKey? {
        guard case .provider(let provider) = ingress.target else { return nil }
        var found: HeldKey?
        for key in PresentedKey.inCredentialSlots(ingress, slots: keys.directory.slots(ofProvider: provider)) {
            guard let holder = keys.held(key) else { continue }
            if let found, found.agent !== holder.agent { throw .identityConflict }
            found = holder
        }
        return found
    }
}

/// The keys of a directory that open something at one moment.
private struct ValidKeys {
    let directory: Directory
    let nowSeconds: Int64

    /// Whose key or token it is; without a key where it is a token.
    func holder(of digest: KeyDigest) -> (agent: CompiledAgent, key: HeldKey?)? {
        if let key = held(digest) { return (key.agent, key) }
        return directory.runTokens.agent(of: digest, in: directory).map { ($0, nil) }
    }

    func held(_ digest: KeyDigest) -> HeldKey? {
        directory.key(digest).flatMap { $0.isValid(at: nowSeconds) ? $0 : nil }
    }
}
