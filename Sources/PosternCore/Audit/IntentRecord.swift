/// What Postern is about to do: written before the first byte goes upstream.
package struct IntentRecord: Sendable {
    /// Nanoseconds since 1970.
    package var time: Int64
    package var requestID: String
    /// `nil` where no agent asks, but a user or the application.
    package var agent: String?
    package var party: AuditParty
    package var identity: AuditIdentity
    package var peer: AuditPeer
    /// The provider whose credential is used; `nil` for a destination that needs none.
    package var provider: String?
    /// The id of the grant that lets the request pass.
    package var grant: String?
    /// The id of the egress rule that lets a request without a credential pass.
    package var rule: String?
    package var spoken: AuditProtocol
    package var method: Method
    package var url: AuditURL
    package var tags: AuditTags

    package init(
        time: Int64,
        requestID: String,
        agent: String?,
        party: AuditParty = AuditParty(),
        identity: AuditIdentity,
        peer: AuditPeer,
        provider: String? = nil,
        grant: String? = nil,
        rule: String? = nil,
        spoken: AuditProtocol = .http11,
        method: Method,
        url: AuditURL,
        tags: AuditTags = AuditTags()
    ) {
        self.time = time
        self.requestID = requestID
        self.agent = agent
        self.party = party
        self.identity = identity
        self.peer = peer
        self.provider = provider
        self.grant = grant
        self.rule = rule
        self.spoken = spoken
        self.method = method
        self.url = url
        self.tags = tags
    }

    /// Writes the members of the record.
    package func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: time)
        encoder.member("event.action", constant: "intent")
        encoder.member("http.request.id", requestID)
        encoder.member("postern.decision", constant: "allow")
        encoder.member("postern.agent", agent)
        party.encode(into: &encoder)
        encoder.member("postern.identity", constant: identity.text)
        peer.encode(into: &encoder)
        encoder.member("postern.provider", provider)
        encoder.member("postern.grant", grant)
        encoder.member("postern.rule", rule)
        encoder.member("http.version", constant: spoken.text)
        encoder.member("http.request.method", method.rawValue)
        url.encode(into: &encoder)
        tags.encode(into: &encoder)
    }
}
