/// A request that one rule lets through, and where it goes.
package struct AllowedRequest: Sendable {
    package let identified: IdentifiedRequest
    package let rule: AccessRule
    package let destination: Destination
    /// What rules saw as the path: for a provider with its secret in the path, what follows the secret.
    package let path: Range<Int>
}

/// Decides whether an agent's request is covered by exactly one of its rules.
///
/// Deny is the default; the same input gives the same answer.
package struct PolicyStage: Sendable {
    package init() {}

    /// Finds the rule for a request.
    ///
    /// `nowSeconds` is the wall clock, in seconds since 1970, for expiry; `only` is the id of the one rule to ask.
    ///
    /// - Throws: ``ProxyError/noGrant(destination:)`` where no rule names the destination; where some do, what the nearest
    ///   one lacks; ``ProxyError/ambiguousGrant(candidates:)`` where more than one grant covers the request.
    package func evaluate(
        _ request: IdentifiedRequest,
        nowSeconds: Int64,
        only rule: String? = nil
    ) throws(ProxyError) -> AllowedRequest {
        var candidates = try candidates(for: request)
        if let rule { candidates.removeAll { $0.rule.id != rule } }
        var allowed: [AllowedRequest] = []
        var refusal: ProxyError?
        for (rule, destination) in candidates {
            do throws(ProxyError) {
                let path = try check(rule, request.ingress, nowSeconds)
                allowed.append(
                    AllowedRequest(identified: request, rule: rule, destination: destination, path: path)
                )
            } catch {
                refusal = refusal ?? error
            }
        }
        // A grant is the more specific of the two: it was bound to this destination with a credential in mind.
        let grants = allowed.filter { $0.rule.injection != nil }
        if let only = grants.count == 1 ? grants[0] : grants.isEmpty ? allowed.first : nil { return only }
        if !grants.isEmpty { throw .ambiguousGrant(candidates: grants.map(\.rule.id)) }
        throw refusal ?? .noGrant(destination: PolicyStage.describe(request.ingress.target))
    }

    private func candidates(
        for request: IdentifiedRequest
    ) throws(ProxyError) -> [(rule: AccessRule, destination: Destination)] {
        var found: [(rule: AccessRule, destination: Destination)] = []
        switch request.ingress.target {
        case .destination(let scheme, let host, let port):
            for rule in request.agent.rules(for: host) where !rule.isTunnel {
                if let destination = rule.destination(scheme, host, port) { found.append((rule, destination)) }
            }
        case .own: break
        case .tunnel(let host, let port):
            for rule in request.agent.rules(for: host) where rule.isTunnel {
                // What is written is meant: no scheme stands behind the port of a tunnel.
                if let destination = rule.destination(.https, host, port), destination.port == port {
                    found.append((rule, destination))
                }
            }
        case .provider(let name):
            for rule in request.agent.rules where rule.providerName == name {
                if let destination = rule.baseURLDestination { found.append((rule, destination)) }
            }
            // The same answer whether the provider exists without a grant or not at all.
            if found.isEmpty { throw .unknownProvider }
        }
        if let wanted = try request.ingress.head.value(of: .posternGrant) {
            let id = request.ingress.head[wanted]
            found.removeAll { !$0.rule.id.utf8.elementsEqual(id) }
        }
        return found
    }

    /// Checks a rule's constraints; returns the path they were applied to.
    func check(
        _ rule: AccessRule,
        _ ingress: IngressRequest,
        _ nowSeconds: Int64
    ) throws(ProxyError) -> Range<Int> {
        if let expiresAt = rule.expiresAt, nowSeconds >= expiresAt { throw .grantExpired(rule: rule.id) }
        if ingress.webSocket != nil, !rule.allowsWebSocket {
            throw .policyDenied(rule: rule.id, reason: "it does not allow WebSockets; set websocket = true")
        }
        if rule.inspection != nil, ingress.webSocket != nil || rule.isTunnel {
            throw .policyDenied(rule: rule.id, reason: "it looks into bodies, and what goes this way cannot be seen")
        }
        var path = ingress.path
        let slots = rule.injection?.pathSlots ?? []
        if !slots.isEmpty {
            let bytes = ingress.head[path]
            guard let slot = slots.first(where: { $0.placeholder(in: bytes) != nil }),
                let placeholder = slot.placeholder(in: bytes)
            else {
                let shapes = slots.map { String(decoding: $0.shown, as: UTF8.self) }.joined(separator: " or ")
                throw .policyDenied(
                    rule: rule.id,
                    reason: "its paths start with \(shapes), with any text in the braces"
                )
            }
            path = placeholder.upperBound..<path.upperBound
        }
        for bound in rule.bounds { try check(bound, rule, path, ingress, nowSeconds) }
        if let limit = rule.maxBodyBytes, case .length(let length) = ingress.head.body, length > limit {
            throw .bodyTooLarge(limit: limit)
        }
        return path
    }

    /// Checks that a request lies within one of a rule's bounds.
    private func check(
        _ bound: RuleBound,
        _ rule: AccessRule,
        _ path: Range<Int>,
        _ ingress: IngressRequest,
        _ nowSeconds: Int64
    ) throws(ProxyError) {
        func refuse(_ reason: String) throws(ProxyError) -> Never {
            throw .policyDenied(rule: rule.id, reason: "\(bound.subject) allows \(reason)")
        }
        let constraints = bound.constraints
        if let providers = bound.providers, let provider = rule.providerName, !providers.contains(provider) {
            try refuse("the providers \(PolicyStage.list(providers.sorted())), not \(provider)")
        }
        if let methods = constraints.methods, !methods.contains(ingress.head.method) {
            try refuse("\(PolicyStage.list(methods.map(\.rawValue))), not \(ingress.head.method.rawValue)")
        }
        if constraints.paths != nil || !(rule.injection?.pathSlots ?? []).isEmpty {
            var hazards = ingress.hazards
            if constraints.allowsEncodedSlash { hazards.remove(.encodedSlash) }
            guard hazards.isEmpty else { throw .ambiguousPath(rule: rule.id) }
        }
        if let paths = constraints.paths, !paths.contains(where: { $0.matches(ingress.head[path]) }) {
            try refuse("the paths \(PolicyStage.list(paths.map(\.text)))")
        }
        if let keys = constraints.queryKeys, !covers(keys, rule, ingress) {
            try refuse("the query parameters \(PolicyStage.list(keys))")
        }
        if !constraints.isOpen(at: nowSeconds) {
            try refuse("requests \(PolicyStage.list(constraints.hours?.map(\.text) ?? []))")
        }
    }

    /// Whether every query parameter is one of these.
    private func covers(_ keys: [String], _ rule: AccessRule, _ ingress: IngressRequest) -> Bool {
        guard let query = ingress.query else { return true }
        let slots = rule.injection?.parameters.map(\.name) ?? []
        return ingress.head.bytes.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[query])
            var isCovered = true
            QueryParameters.forEach(text) { pair, _ in
                // A pair that holds the slot's name is not sent at all.
                if slots.contains(where: { QueryParameters.pair(text[pair], mayName: $0) }) { return }
                for name in QueryParameters.namesOfPieces(text[pair]) {
                    let decoded = QueryParameters.decodedName(name)
                    if !keys.contains(where: { $0.utf8.elementsEqual(decoded) }) { isCovered = false }
                }
            }
            return isCovered
        }
    }

    private static func list(_ items: [String]) -> String { items.isEmpty ? "none" : items.joined(separator: ", ") }

    private static func describe(_ target: IngressRequest.Target) -> String {
        switch target {
        case .destination(_, let host, let port): port.map { "\(host):\($0)" } ?? host.text
        case .tunnel(let host, let port): "\(host):\(port)"
        case .provider(let name): name
        case .own: "Postern itself"
        }
    }
}

extension PolicyStage {
    /// Whether some rule lets requests through to where CONNECT asks to go, so that a connection may be opened in which
    /// each of them is judged.
    ///
    /// `nowSeconds` is the wall clock, in seconds since 1970.
    func intercepts(_ host: HostName, _ port: UInt16, for agent: CompiledAgent, nowSeconds: Int64) -> Bool {
        agent.rules(for: host).contains { rule in
            !rule.isTunnel && rule.expiresAt.map { nowSeconds < $0 } ?? true
                && rule.destination(.https, host, port) != nil
        }
    }
}
