internal import PosternCore

/// What is known of a request by the time it is answered, for the audit log and the fields of the answer.
struct SDKTrail: Sendable {
    /// Fields that the answer has, whatever it is.
    var fields: [(name: String, value: String)] = []
    private(set) var key: HeldKey?
    var caller: SDKCaller?

    /// The agent behind it; `nil` for the application and while nobody is proven.
    var agent: String? {
        guard let holder = caller?.agent ?? key?.agent, case .agent(let name) = holder.principal else { return nil }
        return name
    }

    /// Who is behind it, as far as that is proven.
    var attribution: CallAttribution {
        if let caller { return caller.attribution() }
        var attribution = CallAttribution()
        attribution.key = key?.id
        return attribution
    }

    /// Notes the key that signed it.
    mutating func note(_ key: HeldKey) {
        self.key = key
        if key.key.isDeprecated { fields.append(("x-alter-key-deprecated", "true")) }
    }
}
