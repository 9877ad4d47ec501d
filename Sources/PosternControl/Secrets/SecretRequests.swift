/// `POST /v1/secrets`.
package struct SecretCreateRequest: Encodable, Sendable {
    package var name: String
    package var provider: String
    /// The values by variable name; a single one is called `secret`.
    package var values: [String: String]
    package var inputs: [String: String]?
    package var selfBind: Bool?
    /// The names of the agents that may bind it to themselves.
    package var selfBinders: [String]?

    enum CodingKeys: String, CodingKey {
        case name, provider, values, inputs
        case selfBind = "self_bind"
        case selfBinders = "self_binders"
    }

    package init(name: String, provider: String, values: [String: String]) {
        self.name = name
        self.provider = provider
        self.values = values
    }
}

/// `PATCH /v1/secrets/{secret}`.
package struct SecretUpdateRequest: Encodable, Sendable {
    package var inputs: [String: String]?
    package var selfBind: Bool?
    /// The names of the agents that may bind it to themselves.
    package var selfBinders: [String]?

    enum CodingKeys: String, CodingKey {
        case inputs
        case selfBind = "self_bind"
        case selfBinders = "self_binders"
    }

    package init() {}
}

/// `POST /v1/secrets/{secret}/rotate`.
package struct SecretRotateRequest: Encodable, Sendable {
    package var values: [String: String]
    package var inputs: [String: String]?
    /// For so long the values before are kept, to be masked in answers and for a rollback; 0 if absent.
    package var overlapSeconds: Int?

    enum CodingKeys: String, CodingKey {
        case values, inputs
        case overlapSeconds = "overlap_s"
    }

    package init(values: [String: String]) { self.values = values }
}
