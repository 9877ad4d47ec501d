package import PosternConfig
package import PosternCore

/// For which provider a variable's value is, or why it cannot be stored.
package enum ImportTarget: Hashable {
    case provider(String)
    /// The words say what to do instead, if anything.
    case none(reason: String)

    static let unknown = ImportTarget.none(reason: "is of no provider that is known")

    /// Chooses by the variable's name, unless the value says that it is another provider's: sent to the one of the name,
    /// it would leak.
    package init(variable: String, value: Secret, catalogue: ProviderCatalogue = .builtIn) {
        if value.count == 0 {
            self = .none(reason: "is empty")
        } else if KeyShape.isPlaceholder(value) {
            self = .none(reason: "is a placeholder already")
        } else if let provider = KeyShape.provider(of: value), let entry = catalogue.entries[provider] {
            let named = ImportTarget.named(variable, catalogue)
            // Keys of all of Google's services begin alike.
            let isSibling = provider.hasPrefix("google-") && named.map { $0.name.hasPrefix("google-") } ?? false
            self = ImportTarget.judge(isSibling ? named ?? entry : entry, variable)
        } else if let entry = ImportTarget.named(variable, catalogue) {
            self = ImportTarget.judge(entry, variable)
        } else {
            self = .unknown
        }
    }

    /// The provider whose clients read the variable; of several the one that it is named for, such as github of
    /// `GITHUB_TOKEN`, which others read too.
    private static func named(_ variable: String, _ catalogue: ProviderCatalogue) -> CatalogueEntry? {
        let candidates = catalogue.entries.values.filter { $0.env.secret.contains(variable) }
        let name = variable.lowercased().replacing("_", with: "-")
        return candidates.min { left, right in
            let order = (rank(left, name), left.name.count, left.name)
            return order < (rank(right, name), right.name.count, right.name)
        }
    }

    private static func rank(_ entry: CatalogueEntry, _ name: String) -> Int { name.hasPrefix(entry.name) ? 0 : 1 }

    /// Whether the value alone is all that the provider's usual method wants.
    private static func judge(_ entry: CatalogueEntry, _ variable: String) -> ImportTarget {
        guard let usual = entry.auth.first(where: { $0.inject != nil }) else {
            let kinds = entry.auth.compactMap(\.unsupported).joined(separator: ", ")
            return .none(reason: "is for \(entry.name), which authenticates by \(kinds): not supported yet")
        }
        // The variable of another method, such as ANTHROPIC_AUTH_TOKEN, would be written into the wrong place.
        if let other = entry.auth.first(where: { $0.id != usual.id && variable.hasSuffix("_\($0.id.uppercased())") }) {
            return .none(reason: "is for the method \(other.id) of \(entry.name): define a provider with `auth`")
        }
        let wanted = Set((usual.inject ?? []).flatMap(variables)).union(usual.secrets ?? [])
        if wanted != ["secret"] {
            let names = wanted.sorted().joined(separator: ", ")
            return .none(reason: "is for \(entry.name), which wants \(names): use `postern secret add`")
        }
        if entry.wildcardHosts == .pinTenant, entry.hosts.allSatisfy({ $0.contains("*") }) {
            return .none(reason: "is for \(entry.name), which needs your own host: define a provider with `hosts`")
        }
        return .provider(entry.name)
    }

    /// The names between braces in the templates of one place.
    private static func variables(_ place: CatalogueInjection) -> [String] {
        [place.value, place.basicUsername, place.basicPassword, place.path].compactMap { $0 }.flatMap { template in
            template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
                part.firstIndex(of: "}").map { String(part[..<$0]) }
            }
        }
    }
}
