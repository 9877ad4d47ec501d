internal import PosternAPI
internal import PosternConfig
internal import PosternControl
internal import PosternCore

extension ControlServices {
    init(_ daemon: DaemonServices) {
        self.init(
            status: { try await daemon.status() },
            explain: { try await daemon.explain($0) },
            placeholders: { try await daemon.placeholders(of: $0) },
            providers: { try await daemon.providers(includingCatalogue: $0) },
            reload: { try await daemon.reloadConfiguration(by: $0) },
            rekey: { try await daemon.rekey(source: $0, by: $1) },
            recordRefusal: { daemon.recordRefusal($0) }
        )
    }
}

extension ExplainAnswer {
    init(_ explanation: Explanation) {
        let isGrant = explanation.rule?.providerName != nil
        self.init(
            agent: explanation.agent,
            decision: explanation.isAllowed ? "allow" : "deny",
            code: explanation.code,
            reason: explanation.reason,
            grant: isGrant ? explanation.rule?.id : nil,
            provider: explanation.rule?.providerName,
            destination: explanation.destination.map { "\($0.scheme.rawValue)://\($0.host):\($0.port)" },
            steps: explanation.steps.map {
                Step(rule: $0.rule, kind: $0.kind.rawValue, verdict: $0.verdict.rawValue, reason: $0.reason)
            }
        )
    }
}

extension PlaceholderAnswer {
    /// The placeholder of a rule, once for each variable in which clients look for it.
    static func all(of rule: PlaceholderRule, from key: PlaceholderKey) -> [PlaceholderAnswer] {
        let given = GivenPlaceholder(agent: rule.agent, secret: rule.secret, provider: rule.provider, from: key)
        let variables: [String?] = given.variables.isEmpty ? [nil] : given.variables
        return variables.map { variable in
            PlaceholderAnswer(
                agent: rule.agent,
                secret: rule.secret,
                provider: rule.provider,
                grant: rule.id,
                variable: variable,
                placeholder: given.text
            )
        }
    }
}

extension ProviderAnswer {
    /// The providers of the configuration and, if asked for, those of the catalogue.
    static func all(declared: [Provider], includingCatalogue: Bool) -> [ProviderAnswer] {
        let names = Set(declared.map(\.name))
        let catalogue = includingCatalogue ? ProviderCatalogue.builtIn.entries.keys.filter { !names.contains($0) } : []
        return declared.map { plain($0.name, from: "configuration", definition($0)) }
            + catalogue.map { plain($0, from: "catalogue") }
    }

    private static func plain(_ name: String, from source: String, _ definition: RawJSON? = nil) -> ProviderAnswer {
        ProviderAnswer(name: name, source: source, definition: definition, createdAt: nil, updatedAt: nil)
    }

    /// What of a provider of the file can be told as it stands there; the rest is in the file.
    private static func definition(_ provider: Provider) -> RawJSON {
        .object([
            "hosts": .array(provider.hosts.map { .text($0.text) }), "scheme": .text(provider.scheme.rawValue),
        ])
    }
}
