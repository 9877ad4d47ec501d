internal import PosternCore

/// `audit_header` and `user_agent_suffix`: what a provider is told about who called.
enum TaggingKeys {
    private static let variables: Set<String> = ["agent", "run", "role", "context", "request_id"]

    /// Reads both keys.
    ///
    /// A tag may not stand in a header that carries the credential.
    static func read(_ table: TableReader, injection: [InjectionTemplate], catalogue: ProviderCatalogue) -> AuditTagging
    {
        var taken = Set(catalogue.credentialHeaders)
        for template in injection { taken.formUnion(template.headerName.map { [$0.lowercased()] } ?? []) }
        return AuditTagging(header: header(table, taken: taken), userAgentSuffix: suffix(table))
    }

    private static func header(_ table: TableReader, taken: Set<String>) -> (name: String, value: Template)? {
        guard let part = table.table("audit_header") else { return nil }
        let name = part.requiredString("name")
        let value = part.requiredString("value")
        part.finish()
        guard let name, let value else { return nil }
        let header = part.attempt("name", line: name.line) { () throws(Refusal) in
            try FieldRules.checkHeaderName(name.value)
            if taken.contains(name.value.lowercased()) || name.value.lowercased() == "user-agent" {
                throw Refusal(
                    "the header `\(name.value)` is used for something else",
                    hint: "choose one such as `X-Agent`"
                )
            }
            return name.value
        }
        let template = part.attempt("value", line: value.line) { () throws(Refusal) in try self.template(value.value) }
        guard let header, let template else { return nil }
        return (header, template)
    }

    private static func suffix(_ table: TableReader) -> Template? {
        guard let text = table.string("user_agent_suffix") else { return nil }
        return table.attempt("user_agent_suffix", line: text.line) { () throws(Refusal) in try template(text.value) }
    }

    private static func template(_ text: String) throws(Refusal) -> Template {
        let template = try FieldRules.valueTemplate(text)
        guard !template.parts.isEmpty else { throw Refusal("is empty") }
        for name in template.variables where !variables.contains(name) {
            throw Refusal(
                "there is no variable \(Excerpt.of(name))",
                hint: Suggestion.hint(for: name, among: variables)
                    ?? "the variables are \(variables.sorted().joined(separator: ", "))"
            )
        }
        return template
    }
}

extension InjectionTemplate {
    /// The header field it writes, if it writes one.
    var headerName: String? {
        switch self {
        case .header(let name, _): name
        case .basic, .awsSignature: "Authorization"
        case .query, .path: nil
        }
    }

    /// The names of all variables that it has to have.
    var variables: [String] {
        switch self {
        case .header(_, let value), .query(_, let value): value.variables
        case .basic(let username, let password): username.variables + password.variables
        case .path(let template): template.variables
        case .awsSignature(let service, let region):
            ["access_key_id", "secret_access_key"] + (service?.variables ?? []) + (region?.variables ?? [])
        }
    }

    /// The names of those that it may have.
    var optionalVariables: [String] {
        switch self {
        case .header, .query, .basic, .path: []
        case .awsSignature: ["session_token"]
        }
    }

    /// Whether it signs.
    var signs: Bool { !optionalVariables.isEmpty }

    /// The variables of a signature that are secrets.
    static let signingSecrets: Set = ["secret_access_key", "session_token"]
}
