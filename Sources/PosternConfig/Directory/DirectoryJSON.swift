package import PosternCore

/// What the directory keeps as JSON: objects with the keys that the configuration file has for the same things.
///
/// Unknown keys are refused, and every problem is reported; messages name keys, where those about a file name lines.
package enum DirectoryJSON {
    /// What a grant allows: the keys of `[[grant]]` but those that say whose it is, and until when.
    package static func terms(_ json: String) throws(ConfigError) -> GrantTerms {
        try read(json, "terms") { table in
            let hosts = table.hosts("hosts")?.map(\.value)
            return TermKeys.read(table, hosts: hosts)
        }
    }

    /// What holds for every request of an agent: the keys of `[[grant]]` that say which requests it covers and whether a
    /// person has to approve them, and `providers`.
    package static func policy(_ json: String) throws(ConfigError) -> AgentPolicy {
        try read(json, "policy") { table in
            AgentPolicy(
                constraints: RuleKeys.constraints(table),
                providers: table.strings("providers").map { Set($0.map(\.value)) },
                approval: ApprovalKeys.read(table)
            )
        }
    }

    /// A provider: the keys of `[[provider]]` but its name; `{}` is one of the catalogue as it is.
    package static func provider(named name: String, _ json: String) throws(ConfigError) -> Provider {
        guard NameRules.isName(name) else {
            throw ConfigError(file: "provider", reason: "a name has 1 to 64 letters, digits, `.`, `_` or `-`")
        }
        let catalogue = ProviderCatalogue.builtIn
        let provider = try read(json, "provider") { table in
            ProviderSection(catalogue: catalogue, mayRefer: false)
                .read(table, name: Located(name, line: nil), entry: catalogue.entries[name])?
                .provider
        }
        // Without a provider there was a problem.
        guard let provider else { throw ConfigError(file: "provider", reason: "it cannot be used") }
        return provider
    }

    /// A provider of the catalogue as it is; `nil` if there is none of this name, or it takes more to be used.
    package static func catalogueProvider(named name: String) -> Provider? {
        guard let entry = ProviderCatalogue.builtIn.entries[name] else { return nil }
        do throws(Refusal) {
            return try ProviderSection.builtIn(entry).provider
        } catch {
            return nil
        }
    }

    /// Refuses values and inputs of a secret that its provider cannot use: too few, too many, or unfit for their places.
    package static func check(
        values: [String: Secret],
        inputs: [String: String],
        for provider: Provider
    ) throws(ConfigError) {
        let problems = ProblemList(file: "secret")
        let table = TableReader(ConfigTable(entries: [:], line: nil), title: "the secret", problems: problems)
        if values.isEmpty { table.refuse("the secret has no value") }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            do throws(Refusal) {
                try SecretRules.credential.check(value)
            } catch {
                table.refuse("value \(Excerpt.of(name)): \(error.reason)", hint: error.hint)
            }
        }
        let located = inputs.mapValues { Located($0, line: nil) }
        CredentialFit(
            table: table,
            provider: ResolvedProvider(
                provider: provider,
                secretVariables: CatalogueChoice.secretVariables(of: provider)
            )
        )
        .check(secrets: values, names: Set(values.keys), inputs: InputRules.checked(located, in: table))
        if let error = problems.error { throw error }
    }

    private static func read<Result>(
        _ json: String,
        _ kind: String,
        _ body: (TableReader) -> Result
    ) throws(ConfigError) -> Result {
        let problems = ProblemList(file: kind)
        let tree: ConfigTable
        do throws(Refusal) {
            tree = try JSONTree.table(json)
        } catch {
            throw ConfigError(file: kind, reason: error.reason, hint: error.hint)
        }
        let table = TableReader(tree, title: "the \(kind)", problems: problems)
        let result = body(table)
        // A second time adds nothing: a problem is noted once.
        table.finish()
        if let error = problems.error { throw error }
        return result
    }
}
