internal import PosternCore

/// `[[provider]]`: an upstream service of the operator's own, or changes to one of the catalogue.
struct ProviderSection {
    let catalogue: ProviderCatalogue
    /// Whether `oauth` may say where the client's secret lies.
    var mayRefer = true

    /// A provider of the catalogue to which nothing was changed.
    static func builtIn(_ entry: CatalogueEntry) throws(Refusal) -> ResolvedProvider {
        let method = try CatalogueChoice.usual(entry)
        guard entry.wildcardHosts != .pinTenant else { throw TenantHosts.missing(entry) }
        let provider = Provider(
            name: entry.name,
            hosts: entry.hosts.compactMap(HostPattern.init),
            scheme: .https,
            injection: try CatalogueChoice.injection(method),
            network: UpstreamNetwork(),
            tagging: AuditTagging(),
            passesCookies: false,
            tokenPaths: entry.knownTokenPaths
        )
        return ResolvedProvider(provider: provider, secretVariables: CatalogueChoice.secretVariables(method))
    }

    /// Reads one provider; `nil` after noting why there is none.
    func read(_ table: TableReader, name: Located<String>?, entry: CatalogueEntry?) -> ResolvedProvider? {
        let hosts = TenantHosts.read(table, entry: entry)
        let scheme = NetworkKeys.scheme(table) ?? .https
        let credential = readInjection(table, entry: entry)
        let network = NetworkKeys.read(table, scheme: scheme)
        let tagging = TaggingKeys.read(table, injection: credential?.injection ?? [], catalogue: catalogue)
        let passesCookies = table.boolean("pass_cookies") ?? false
        let tokenPaths = table.tokenPaths("token_paths") ?? entry?.knownTokenPaths ?? []
        let oauth = OAuthKeys(known: entry?.oauth, mayRefer: mayRefer).read(table)
        if oauth != nil, let credential { refuseMoreThanToken(credential.injection, table) }
        if let name, entry == nil, !table.has("hosts") || !table.has("inject") {
            refuseIncomplete(table, name: name.value)
        }
        table.finish()
        guard let name, let hosts, let credential else { return nil }
        let provider = Provider(
            name: name.value,
            hosts: hosts,
            scheme: scheme,
            injection: credential.injection,
            network: network,
            tagging: tagging,
            passesCookies: passesCookies,
            tokenPaths: tokenPaths,
            oauth: oauth
        )
        return ResolvedProvider(provider: provider, secretVariables: credential.secretVariables)
    }

    /// What the operator writes replaces what the catalogue says; otherwise `auth` chooses one of its methods.
    private func readInjection(
        _ table: TableReader,
        entry: CatalogueEntry?
    ) -> (injection: [InjectionTemplate], secretVariables: Set<String>?)? {
        let auth = table.string("auth")
        if table.has("inject") {
            if auth != nil {
                table.refuse(
                    "auth",
                    "stands beside `inject`",
                    hint: "`auth` chooses from the catalogue; keep one of them"
                )
            }
            return InjectionKeys.read(table).map { ($0, nil) }
        }
        guard let entry else {
            if auth != nil { table.refuse("auth", "needs a provider of the catalogue", hint: "write `inject` instead") }
            return nil
        }
        return table.attempt(auth == nil ? "name" : "auth", line: auth?.line ?? table.line(of: "name")) {
            () throws(Refusal) in
            let method: CatalogueAuthMethod
            if let auth {
                method = try CatalogueChoice.method(auth.value, of: entry)
            } else if table.has("oauth"), let token = CatalogueChoice.accessToken(entry) {
                method = token
            } else {
                method = try CatalogueChoice.usual(entry)
            }
            return (try CatalogueChoice.injection(method), CatalogueChoice.secretVariables(method))
        }
    }

    /// A connection holds an access token and nothing else.
    private func refuseMoreThanToken(_ injection: [InjectionTemplate], _ table: TableReader) {
        let more = Set(injection.flatMap(\.variables)).subtracting(["secret"])
        guard let name = more.min() else { return }
        table.refuse(
            "oauth",
            "gives an access token as `secret`, but the provider needs \(Excerpt.of(name)) as well",
            hint: "write `inject = [{ header = \"Authorization\", value = \"Bearer {secret}\" }]`"
        )
    }

    private func refuseIncomplete(_ table: TableReader, name: String) {
        let missing = ["hosts", "inject"].filter { !table.has($0) }.map { "`\($0)`" }.joined(separator: " and ")
        table.refuse(
            "\(table.title) \(Excerpt.of(name)) is not in the catalogue, so it needs \(missing)",
            hint: Suggestion.hint(for: name, among: catalogue.entries.keys)
        )
    }
}
