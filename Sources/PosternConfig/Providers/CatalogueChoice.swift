internal import PosternCore

/// Chooses how a provider of the catalogue takes its credential.
enum CatalogueChoice {
    /// The first method that Postern can do.
    static func usual(_ entry: CatalogueEntry) throws(Refusal) -> CatalogueAuthMethod {
        guard let method = entry.auth.first(where: { $0.inject != nil }) else {
            let kinds = entry.auth.compactMap(\.unsupported).joined(separator: ", ")
            throw Refusal(
                "provider `\(entry.name)` authenticates by \(kinds), which is not supported yet",
                hint: "if you hold a token that works by itself, write a [[provider]] with `inject`"
            )
        }
        return method
    }

    /// The method with an id.
    static func method(_ id: String, of entry: CatalogueEntry) throws(Refusal) -> CatalogueAuthMethod {
        let supported = entry.auth.filter { $0.inject != nil }.map(\.id)
        guard let method = entry.auth.first(where: { $0.id == id }) else {
            throw Refusal(
                "provider `\(entry.name)` has no method \(Excerpt.of(id))",
                hint: Suggestion.hint(for: id, among: supported) ?? choices(supported)
            )
        }
        if let kind = method.unsupported {
            throw Refusal("\(kind) of provider `\(entry.name)` is not supported yet", hint: choices(supported))
        }
        return method
    }

    /// The method that takes an OAuth access token, where there is one.
    static func accessToken(_ entry: CatalogueEntry) -> CatalogueAuthMethod? {
        entry.auth.first { $0.id == "oauth2" && $0.inject != nil }
    }

    /// Its places in a request.
    ///
    /// The catalogue obeys the rules that an operator's own `inject` does.
    static func injection(_ method: CatalogueAuthMethod) throws(Refusal) -> [InjectionTemplate] {
        var templates: [InjectionTemplate] = []
        for place in method.inject ?? [] {
            templates.append(try InjectionForm(place).template())
        }
        return templates
    }

    /// The variables that may not stand in the file itself.
    static func secretVariables(_ method: CatalogueAuthMethod) -> Set<String> { Set(method.secrets ?? ["secret"]) }

    /// The variables that are secrets, of a provider that takes its credential as the catalogue says; `nil` for others.
    static func secretVariables(of provider: Provider) -> Set<String>? {
        let methods = ProviderCatalogue.builtIn.entries[provider.name]?.auth ?? []
        let method = methods.first { method in
            guard method.inject != nil, let templates = try? injection(method) else { return false }
            return templates == provider.injection
        }
        return method.map(secretVariables)
    }

    private static func choices(_ supported: [String]) -> String? {
        supported.isEmpty ? nil : "it can be \(supported.map { "`\($0)`" }.joined(separator: " or "))"
    }
}
