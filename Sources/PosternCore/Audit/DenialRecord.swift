/// A request that Postern answered itself, and why.
///
/// Nothing of it went upstream.
package struct DenialRecord: Sendable {
    /// Nanoseconds since 1970.
    package var time: Int64
    package var requestID: String
    /// The agent, if one was recognised.
    package var agent: String?
    package var party: AuditParty
    package var identity: AuditIdentity?
    package var peer: AuditPeer
    package var provider: String?
    package var grant: String?
    /// The rule that decided.
    package var rule: String?
    /// The method as it was sent; `nil` if the head could not be read.
    package var method: ArraySlice<UInt8>?
    /// `nil` if the request did not name a destination.
    package var url: AuditURL?
    /// The status of the answer.
    package var status: Int?
    /// The code of the answer, such as `no_grant`.
    package var errorCode: String
    /// More about why, in words of ours.
    package var reason: String?
    package var tags: AuditTags

    package init(
        time: Int64,
        requestID: String,
        agent: String? = nil,
        party: AuditParty = AuditParty(),
        identity: AuditIdentity? = nil,
        peer: AuditPeer = AuditPeer(),
        provider: String? = nil,
        grant: String? = nil,
        rule: String? = nil,
        method: ArraySlice<UInt8>? = nil,
        url: AuditURL? = nil,
        status: Int? = nil,
        errorCode: String,
        reason: String? = nil,
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
        self.method = method
        self.url = url
        self.status = status
        self.errorCode = errorCode
        self.reason = reason
        self.tags = tags
    }

    /// Writes the members of the record.
    package func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: time)
        encoder.member("event.action", constant: "denied")
        encoder.member("event.outcome", constant: "failure")
        encoder.member("event.reason", bytes: AuditParty.words(reason))
        encoder.member("http.request.id", requestID)
        encoder.member("postern.decision", constant: "deny")
        encoder.member("postern.agent", agent)
        party.encode(into: &encoder)
        if let identity { encoder.member("postern.identity", constant: identity.text) }
        peer.encode(into: &encoder)
        encoder.member("postern.provider", provider)
        encoder.member("postern.grant", grant)
        encoder.member("postern.rule", rule)
        encoder.member("http.request.method", bytes: method)
        url?.encode(into: &encoder)
        encoder.member("http.response.status_code", status)
        encoder.member("error.code", errorCode)
        tags.encode(into: &encoder)
    }
}
