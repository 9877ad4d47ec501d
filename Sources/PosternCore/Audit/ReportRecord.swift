/// Something that a client says it did.
///
/// Nothing of it is proven, but for who says so.
package struct ReportRecord: Sendable {
    /// What is reported.
    package enum Subject: Sendable {
        /// A request that the client sent to an upstream by itself.
        case call(Call)
        /// A step of the client's own work.
        case span(Span)
    }

    /// A request as its sender tells of it.
    package struct Call: Sendable {
        /// The id of the grant.
        package var grant: String?
        package var provider: String?
        package var method: String?
        /// Without the query.
        package var url: String?
        /// 0 where no answer came.
        package var status: Int?
        package var milliseconds: Int?

        package init() {}
    }

    /// A step as its owner tells of it.
    package struct Span: Sendable {
        package var trace: String
        package var name: String
        package var id: String?
        package var parent: String?
        /// Times as they were sent.
        package var start: String
        package var end: String?

        package init(trace: String, name: String, start: String) {
            self.trace = trace
            self.name = name
            self.start = start
        }
    }

    /// Nanoseconds since 1970.
    package var time: Int64
    package var requestID: String
    package var agent: String?
    package var peer: AuditPeer
    package var attribution: CallAttribution
    package var subject: Subject

    package init(
        time: Int64,
        requestID: String,
        agent: String?,
        peer: AuditPeer,
        attribution: CallAttribution,
        subject: Subject
    ) {
        self.time = time
        self.requestID = requestID
        self.agent = agent
        self.peer = peer
        self.attribution = attribution
        self.subject = subject
    }

    /// Writes the members of the record.
    package func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: time)
        switch subject {
        case .call: encoder.member("event.action", constant: "client_call")
        case .span: encoder.member("event.action", constant: "client_span")
        }
        encoder.member("http.request.id", requestID)
        encoder.member("postern.agent", agent)
        peer.encode(into: &encoder)
        AuditParty(attribution).encode(into: &encoder)
        switch subject {
        case .call(let call): call.encode(into: &encoder)
        case .span(let span): span.encode(into: &encoder)
        }
        tags.encode(into: &encoder)
    }

    /// Of a span the trace is its own.
    private var tags: AuditTags {
        var tags = AuditTags(attribution)
        if case .span = subject { tags.trace = nil }
        return tags
    }
}

extension ReportRecord.Call {
    fileprivate func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("postern.grant", grant)
        encoder.member("postern.provider", provider)
        encoder.member("http.request.method", method)
        encoder.member("url.full", url)
        encoder.member("http.response.status_code", status)
        encoder.member("event.duration", milliseconds.map { $0 * 1_000_000 })
    }
}

extension ReportRecord.Span {
    fileprivate func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("trace.id", trace)
        encoder.member("span.id", id)
        encoder.member("postern.span.parent", parent)
        encoder.member("postern.span.name", name)
        encoder.member("event.start", start)
        encoder.member("event.end", end)
    }
}
