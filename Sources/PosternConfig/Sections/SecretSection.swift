internal import PosternCore

/// `[[secret]]`: a credential of a provider: where its secrets are, and the other values that its templates name.
struct SecretSection {
    let secrets: SecretReader
    let providers: ProviderTable

    /// Reads one credential.
    ///
    /// The provider is answered even if the credential was refused.
    func read(_ table: TableReader, name: Located<String>?) -> (credential: Credential?, provider: ResolvedProvider?) {
        let provider = providers.provider(for: table, key: "provider")
        let references = readReferences(table)
        let inputs = readInputs(table)
        var values: [String: Secret] = [:]
        for (variable, text) in references {
            values[variable] = table.attempt(table.has("value") ? "value" : "values", line: text.line) {
                () throws(Refusal) in
                try secrets.secret(SecretReference(text.value), obeying: .credential)
            }
        }
        if let provider {
            CredentialFit(table: table, provider: provider)
                .check(secrets: values, names: Set(references.keys), inputs: inputs)
        }
        table.finish()
        guard let name, let provider else { return (nil, provider) }
        let credential = Credential(
            name: name.value,
            provider: provider.provider.name,
            secrets: values,
            inputs: inputs.mapValues(\.value)
        )
        return (credential, provider)
    }

    private func readReferences(_ table: TableReader) -> [String: Located<String>] {
        if table.has("value"), table.has("values") {
            table.refuse(
                "values",
                "stands beside `value`",
                hint: "`value` is short for `values = { secret = ... }`; keep one"
            )
        }
        if table.has("value") { return table.string("value").map { ["secret": $0] } ?? [:] }
        if table.has("values") { return table.stringTable("values") ?? [:] }
        table.refuseMissing("value", hint: "name where the secret is: \(SecretReference.forms)")
        return [:]
    }

    private func readInputs(_ table: TableReader) -> [String: Located<String>] {
        InputRules.checked(table.stringTable("inputs") ?? [:], in: table)
    }
}
