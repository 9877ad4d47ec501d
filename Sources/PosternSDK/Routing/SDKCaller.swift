package import PosternCore

/// Who asks, after the gate: which key signed, and for whom.
package struct SDKCaller: Sendable {
    /// The key that signed.
    package let key: HeldKey
    /// Whom the request is for, before a user's token in its body is looked at: an agent, or the application.
    package let principal: PrincipalID
    /// That agent; `nil` for the application.
    package let agent: CompiledAgent?
    /// What the client calls itself, where that is not the id of an agent.
    package let label: String?
    /// Scopes to which the request limits itself; `nil` is all of the key's.
    package let constraints: [String]?
    /// The work it is part of, as a JSON object of strings.
    package let context: String?
    package let traceparent: String?
    package let peer: Peer

    /// Whom the request is for, for good.
    var asker: Asker { agent?.asker ?? Asker(principal) }

    /// Whether a key of the application signed.
    package var isApplication: Bool { key.principal == .app }

    /// The scopes it may use; `nil` is all.
    var scopes: [String]? { constraints ?? key.key.scopes }

    /// The most that is kept of why a client asks.
    private static let maxReasonBytes = 512

    /// Who is recorded behind the request.
    package func attribution(user: String? = nil, reason: String? = nil) -> CallAttribution {
        var attribution = CallAttribution()
        attribution.key = key.id
        attribution.user = user
        attribution.caller = label ?? (isApplication ? agent?.id : nil)
        attribution.reason = reason.map { String(decoding: $0.utf8.prefix(SDKCaller.maxReasonBytes), as: UTF8.self) }
        attribution.context = context
        attribution.traceparent = traceparent
        attribution.peer = peer
        return attribution
    }

    /// Who is recorded as having changed something.
    package var `operator`: Operator {
        let name =
            switch key.principal {
            case .agent(let name): "agent \(name)"
            case .app: "app key \(key.id ?? "")"
            case .user(let id): "user \(id)"
            }
        return Operator(userID: nil, name: name, key: key.id)
    }
}
