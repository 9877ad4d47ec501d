/// How an exchange that had an intent record ended.
///
/// It repeats who, what and where, so that a row can be read and filtered alone; how the agent was recognised and what
/// the client said of its run stand in the intent of the same request id.
package struct OutcomeRecord: Sendable {
    /// How an exchange ended.
    package enum Result: Hashable, Sendable, CaseIterable {
        /// The whole answer reached the client.
        case success
        /// It did not, and ``OutcomeRecord/errorCode`` says why.
        case failure
        /// Nobody can say whether the upstream acted on it.
        case unknown

        var text: StaticString {
            switch self {
            case .success: "success"
            case .failure: "failure"
            case .unknown: "unknown"
            }
        }
    }

    /// What was measured.
    ///
    /// Durations are nanoseconds of the monotonic clock.
    package struct Measurements: Sendable {
        /// From the first byte of the request to the last of the answer.
        package var duration: Int
        /// From sending the request upstream to the first byte of the answer; `nil` if none came.
        package var firstByte: Int?
        package var requestBodyBytes: Int
        package var responseBodyBytes: Int
        /// How often the request was sent again on a fresh connection.
        package var retries: Int
        /// How many copies of the credential were masked in the answer.
        package var scrubbed: Int
        /// How many tokens in the answer were exchanged for placeholders.
        package var sealed: Int

        package init(
            duration: Int,
            firstByte: Int? = nil,
            requestBodyBytes: Int = 0,
            responseBodyBytes: Int = 0,
            retries: Int = 0,
            scrubbed: Int = 0,
            sealed: Int = 0
        ) {
            self.duration = duration
            self.firstByte = firstByte
            self.requestBodyBytes = requestBodyBytes
            self.responseBodyBytes = responseBodyBytes
            self.retries = retries
            self.scrubbed = scrubbed
            self.sealed = sealed
        }
    }

    /// Nanoseconds since 1970.
    package var time: Int64
    package var requestID: String
    /// `nil` where no agent asked, but a user or the application.
    package var agent: String?
    package var party: AuditParty
    package var provider: String?
    package var grant: String?
    package var rule: String?
    package var method: Method
    package var url: AuditURL
    package var result: Result
    /// The status the client received; `nil` if it received none.
    package var status: Int?
    /// The code of the problem that ended it.
    package var errorCode: String?
    package var measurements: Measurements

    package init(
        time: Int64,
        requestID: String,
        agent: String?,
        party: AuditParty = AuditParty(),
        provider: String? = nil,
        grant: String? = nil,
        rule: String? = nil,
        method: Method,
        url: AuditURL,
        result: Result,
        status: Int? = nil,
        errorCode: String? = nil,
        measurements: Measurements
    ) {
        self.time = time
        self.requestID = requestID
        self.agent = agent
        self.party = party
        self.provider = provider
        self.grant = grant
        self.rule = rule
        self.method = method
        self.url = url
        self.result = result
        self.status = status
        self.errorCode = errorCode
        self.measurements = measurements
    }

    /// Writes the members of the record.
    ///
    /// Counts of zero that are nearly always zero are left out.
    package func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: time)
        encoder.member("event.action", constant: "outcome")
        encoder.member("event.outcome", constant: result.text)
        encoder.member("http.request.id", requestID)
        encoder.member("postern.decision", constant: "allow")
        encoder.member("postern.agent", agent)
        party.encode(into: &encoder)
        encoder.member("postern.provider", provider)
        encoder.member("postern.grant", grant)
        encoder.member("postern.rule", rule)
        encoder.member("http.request.method", method.rawValue)
        url.encode(into: &encoder)
        encoder.member("http.response.status_code", status)
        encoder.member("error.code", errorCode)
        encoder.member("event.duration", measurements.duration)
        encoder.member("postern.first_byte_ns", measurements.firstByte)
        encoder.member("http.request.body.bytes", measurements.requestBodyBytes)
        encoder.member("http.response.body.bytes", measurements.responseBodyBytes)
        if measurements.retries > 0 { encoder.member("postern.retries", measurements.retries) }
        if measurements.scrubbed > 0 { encoder.member("postern.scrubbed", measurements.scrubbed) }
        if measurements.sealed > 0 { encoder.member("postern.sealed", measurements.sealed) }
    }
}
