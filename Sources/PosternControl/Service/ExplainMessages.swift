/// `POST /v1/explain`: what would become of a request.
package struct ExplainRequest: Encodable, Sendable {
    /// A name or id.
    package var agent: String
    package var method: String
    package var url: String
    package var body: String?

    package init(agent: String, method: String, url: String, body: String? = nil) {
        self.agent = agent
        self.method = method
        self.url = url
        self.body = body
    }
}

/// What would become of a request, and why.
package struct ExplainAnswer: Codable, Hashable, Sendable {
    /// What one rule says to it.
    package struct Step: Codable, Hashable, Sendable {
        package let rule: String
        /// `grant`, `egress`, `identity` or `agent`.
        package let kind: String
        /// `allow`, `deny` or `skip`.
        package let verdict: String
        package let reason: String

        package init(rule: String, kind: String, verdict: String, reason: String) {
            self.rule = rule
            self.kind = kind
            self.verdict = verdict
            self.reason = reason
        }
    }

    package let agent: String
    /// `allow` or `deny`.
    package let decision: String
    package let code: String
    package let reason: String
    @Nullable package var grant: String?
    @Nullable package var provider: String?
    @Nullable package var destination: String?
    package let steps: [Step]

    package init(
        agent: String,
        decision: String,
        code: String,
        reason: String,
        grant: String?,
        provider: String?,
        destination: String?,
        steps: [Step]
    ) {
        self.agent = agent
        self.decision = decision
        self.code = code
        self.reason = reason
        self.grant = grant
        self.provider = provider
        self.destination = destination
        self.steps = steps
    }
}
