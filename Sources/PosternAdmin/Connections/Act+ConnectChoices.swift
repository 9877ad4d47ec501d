internal import PosternConfig
internal import PosternCore

extension Act {
    private static let maxProviders = 50

    /// The providers among which a user may choose.
    func connectProviders(_ names: [String]?, _ declaredProviders: [String]) throws -> [Provider] {
        guard let names else {
            let all = Set(declaredProviders).union(try store.providers().map(\.name))
            // One that cannot be read is nobody's choice, and its operator is told elsewhere.
            let usable = all.sorted().compactMap { try? provider($0) }.filter { $0.oauth != nil }
            guard !usable.isEmpty else { throw noAccounts("no provider has `oauth`") }
            return Array(usable.prefix(Act.maxProviders))
        }
        var providers: [Provider] = []
        for name in names {
            let provider = try provider(named: name)
            guard provider.oauth != nil else { throw noAccounts("provider \(provider.name) has no `oauth`") }
            if !providers.contains(where: { $0.name == provider.name }) { providers.append(provider) }
        }
        guard (1...Act.maxProviders).contains(providers.count) else {
            throw AdministrationError.invalid(
                member: "allowed_providers",
                reason: "must name 1 to \(Act.maxProviders) providers"
            )
        }
        return providers
    }

    /// What is asked of each provider.
    func choices(of providers: [Provider], _ scopes: [String: [String]]) throws -> [ConnectRequest.Choice] {
        let names = Set(providers.map(\.name))
        if let other = scopes.keys.sorted().first(where: { !names.contains($0) }) {
            throw AdministrationError.invalid(
                member: "required_scopes",
                reason: "\(TextRules.shown(other)) is not among the providers"
            )
        }
        return try providers.map { provider in
            guard let settings = provider.oauth else { throw noAccounts("provider \(provider.name) has no `oauth`") }
            var asked: [String] = []
            for scope in scopes[provider.name] ?? settings.defaultScopes where !asked.contains(scope) {
                try check(scope: scope, of: provider.name, allowed: settings.allowedScopes)
                asked.append(scope)
            }
            guard asked.count <= Scope.maxCount else {
                throw AdministrationError.invalid(
                    member: "required_scopes",
                    reason: "are more than \(Scope.maxCount) of \(provider.name)"
                )
            }
            return ConnectRequest.Choice(
                provider: provider.name,
                scopes: asked,
                tellsAccounts: settings.accountEndpoint != nil
            )
        }
    }

    /// A provider as an application names it: in its own letters, or in small ones.
    private func provider(named name: String) throws -> Provider {
        do { return try provider(name) } catch AdministrationError.notFound { return try provider(name.lowercased()) }
    }

    private func check(scope: String, of provider: String, allowed: [String]?) throws(AdministrationError) {
        guard Scope.isOne(scope) else {
            throw .invalid(member: "required_scopes", reason: "a scope of \(provider) is no scope")
        }
        guard allowed?.contains(scope) ?? true else {
            throw .conflict(
                code: "scope_not_allowed",
                reason: "scope \(TextRules.shown(scope)) may not be asked of \(provider)",
                hint: "the operator lists what may be in `allowed_scopes`"
            )
        }
    }

    private func noAccounts(_ reason: String) -> AdministrationError {
        .conflict(code: "connect_config_error", reason: "no account can be connected: \(reason)")
    }
}
