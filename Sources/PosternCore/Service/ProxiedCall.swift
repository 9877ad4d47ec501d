/// A call to an upstream that the daemon makes by itself, for a principal that is proven already.
///
/// It takes the way of every other request: parsed from bytes, judged, recorded, injected, forwarded, scrubbed.
package struct ProxiedCall: Sendable {
    package var principal: PrincipalID
    /// The id of the one grant it may use.
    package var grant: String
    package var method: Method
    /// An absolute URL, query included.
    package var url: String
    /// The fields to send, without those that frame the body, Host and whatever holds a credential.
    package var fields: [(name: String, value: String)]
    /// `nil` is no body.
    package var body: [UInt8]?
    /// Who asked for it, for the audit log.
    package var attribution: CallAttribution
    /// What the caller itself forbids for this one call.
    package var rule: RequestRule?
    /// The id of the approval by which it is made; `nil` asks for one where the grant wants that.
    package var approval: String?

    package init(
        principal: PrincipalID,
        grant: String,
        method: Method,
        url: String,
        fields: [(name: String, value: String)],
        body: [UInt8]? = nil,
        attribution: CallAttribution,
        rule: RequestRule? = nil,
        approval: String? = nil
    ) {
        self.principal = principal
        self.grant = grant
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.attribution = attribution
        self.rule = rule
        self.approval = approval
    }
}

/// Who is behind a request beside its principal, for the audit log; apart from ids, what clients say of themselves.
package struct CallAttribution: Hashable, Sendable {
    /// The id of the key that signed it.
    package var key: String?
    /// The id of the user whose token came with it.
    package var user: String?
    /// What the client calls itself, or the id of the agent that it names.
    package var caller: String?
    /// Why it is made, in the client's words.
    package var reason: String?
    /// The work it is part of, as a JSON object of strings.
    package var context: String?
    /// The `traceparent` that came with it.
    package var traceparent: String?
    /// The client at the other end, when it asked; `nil` for what the daemon does later by itself.
    package var peer: Peer?

    package init() {}
}

/// What became of a ``ProxiedCall``.
package enum CallResult: Sendable {
    case answered(CallAnswer)
    /// Nothing was sent, or no answer came.
    case refused(ProxyError)
    /// It waits for a person.
    case pending(PendingApproval)
}

/// The upstream's answer to a ``ProxiedCall``, scrubbed.
package struct CallAnswer: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// Whether the body was longer than what is kept of it.
    package var isTruncated: Bool
    package var duration: Duration

    package init(
        status: Int,
        fields: [(name: String, value: String)],
        body: [UInt8],
        isTruncated: Bool,
        duration: Duration
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isTruncated = isTruncated
        self.duration = duration
    }
}

/// Makes calls to upstreams on one of the event loops.
///
/// Implemented by the proxy, and by tests.
package protocol CallCarrier: Sendable {
    func carry(_ call: ProxiedCall) async -> CallResult
}
