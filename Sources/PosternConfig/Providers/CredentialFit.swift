internal import PosternCore

/// Whether a credential supplies what its provider's templates name: no less, no more, and each fit for its place.
struct CredentialFit {
    let table: TableReader
    let provider: ResolvedProvider

    /// Notes everything that does not fit.
    ///
    /// - Parameters:
    ///   - secrets: the secrets that could be fetched.
    ///   - names: the variables of all secrets, those included that could not be fetched.
    ///   - inputs: the other values.
    func check(secrets: [String: Secret], names: Set<String>, inputs: [String: Located<String>]) {
        let needed = Set(provider.provider.injection.flatMap(\.variables))
        let wanted = needed.union(provider.provider.injection.flatMap(\.optionalVariables))
        checkMissing(needed.subtracting(names).subtracting(inputs.keys), wanted: needed, suppliesNothing: names.isEmpty)
        checkUnused(names, key: table.has("value") ? "value" : "values", wanted: wanted)
        checkUnused(Set(inputs.keys), key: "inputs", wanted: wanted)
        for name in inputs.keys.sorted() {
            if names.contains(name) {
                table.refuse("inputs", "names \(Excerpt.of(name)), which is a secret already")
            } else if isSecretVariable(name) {
                table.refuse(
                    "inputs",
                    "holds \(Excerpt.of(name)), which is a secret",
                    hint: "put a reference to it into `values`"
                )
            }
        }
        for template in provider.provider.injection { checkPlace(template, secrets: secrets, inputs: inputs) }
    }

    private func checkMissing(_ missing: Set<String>, wanted: Set<String>, suppliesNothing: Bool) {
        for name in missing.sorted() {
            // Without a readable reference of any kind, that has been noted.
            if name == "secret", suppliesNothing { continue }
            let hint =
                isSecretVariable(name)
                ? "add it to `values`: values = { \(wanted.sorted().filter(isSecretVariable).map { "\($0) = \"...\"" }.joined(separator: ", ")) }"
                : "add it: inputs = { \(name) = \"...\" }, or to `values` if it is a secret"
            table.refuse(
                "\(table.title) does not supply `\(name)`, which provider `\(provider.provider.name)` needs",
                hint: hint
            )
        }
    }

    private func isSecretVariable(_ name: String) -> Bool {
        // An access key id is no secret, and may be treated as one.
        if provider.provider.injection.contains(where: \.signs) {
            return InjectionTemplate.signingSecrets.contains(name)
        }
        return provider.secretVariables?.contains(name) ?? (name == "secret")
    }

    private func checkUnused(_ supplied: Set<String>, key: String, wanted: Set<String>) {
        for name in supplied.subtracting(wanted).sorted() {
            let needed = wanted.sorted().map { "`\($0)`" }.joined(separator: ", ")
            table.refuse(
                key,
                "supplies \(Excerpt.of(name)), which provider `\(provider.provider.name)` does not use",
                hint: Suggestion.hint(for: name, among: wanted) ?? "it uses \(needed)"
            )
        }
    }

    /// Some places hold less than a header does.
    private func checkPlace(_ template: InjectionTemplate, secrets: [String: Secret], inputs: [String: Located<String>])
    {
        switch template {
        case .header, .query, .awsSignature: return
        case .basic(let username, _):
            // RFC 7617 section 2: the first colon ends the user name.
            refuse(":", in: username, place: "a Basic user name", secrets: secrets, inputs: inputs)
        case .path(let path):
            refuse("/?#%\\; ", in: path, place: "a path segment", secrets: secrets, inputs: inputs)
        }
    }

    private func refuse(
        _ forbidden: String,
        in template: Template,
        place: String,
        secrets: [String: Secret],
        inputs: [String: Located<String>]
    ) {
        for name in template.variables {
            let isBad =
                secrets[name]?.withBytes { $0.contains { forbidden.utf8.contains($0) } }
                ?? inputs[name]?.value.utf8.contains { forbidden.utf8.contains($0) } ?? false
            if isBad { table.refuse("`\(name)` in \(table.title) holds a character that \(place) cannot hold") }
        }
    }
}
