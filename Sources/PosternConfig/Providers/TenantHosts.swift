internal import PosternCore

/// `hosts` and `tenant_hosts`: which hosts are a provider's.
///
/// Under some wildcards of the catalogue anybody can own a name. A credential for such a provider may only go to
/// hosts that the operator has written out, or an agent could send it to a host of its own.
enum TenantHosts {
    /// The hosts of a declared provider; `nil` after noting why there are none.
    static func read(_ table: TableReader, entry: CatalogueEntry?) -> [HostPattern]? {
        let hosts = table.hosts("hosts")
        let tenants = table.hosts("tenant_hosts")
        guard let entry else {
            if table.has("tenant_hosts") {
                table.refuse("tenant_hosts", "is for providers of the catalogue", hint: "write `hosts`")
            }
            return hosts?.map(\.value)
        }
        let known = entry.hosts.compactMap(HostPattern.init)
        guard entry.wildcardHosts == .pinTenant else {
            if table.has("tenant_hosts") {
                table.refuse("tenant_hosts", "is not needed: `\(entry.name)` has no hosts that belong to customers")
            }
            return table.has("hosts") ? hosts?.map(\.value) : known
        }
        if table.has("hosts"), table.has("tenant_hosts") {
            table.refuse(
                "tenant_hosts",
                "stands beside `hosts`",
                hint: "`tenant_hosts` adds to the catalogue's fixed hosts, `hosts` replaces all; keep one"
            )
            return nil
        }
        guard table.has("hosts") || table.has("tenant_hosts") else {
            let refusal = missing(entry)
            table.refuse(refusal.reason, hint: refusal.hint)
            return nil
        }
        let isWhole = table.has("hosts")
        guard let written = isWhole ? hosts : tenants else { return nil }
        // `tenant_hosts` stands for the wildcards alone; `hosts` also has to name the fixed hosts it wants.
        let allowed = isWhole ? known : known.filter(\.isWildcard)
        let pinned = written.filter {
            check($0, allowed: allowed, table: table, key: isWhole ? "hosts" : "tenant_hosts")
        }
        guard pinned.count == written.count else { return nil }
        return (isWhole ? [] : known.filter { !$0.isWildcard }) + pinned.map(\.value)
    }

    /// What is wrong when nobody has said which tenant is meant.
    static func missing(_ entry: CatalogueEntry) -> Refusal {
        let wildcards = entry.hosts.filter { $0.contains("*") }
        let example = wildcards.first.map { $0.replacing("*", with: "example") } ?? "example.com"
        return Refusal(
            "anybody can own a host under \(wildcards.joined(separator: ", ")), so provider `\(entry.name)` must name yours",
            hint: "add [[provider]] name = \"\(entry.name)\", tenant_hosts = [\"\(example)\"]"
        )
    }

    private static func check(
        _ host: Located<HostPattern>,
        allowed: [HostPattern],
        table: TableReader,
        key: String
    ) -> Bool {
        if host.value.isWildcard {
            table.problems.add(
                "`\(key)` in \(table.title): \(Excerpt.of(host.value.text)) is a wildcard, which could be anybody's host",
                line: host.line,
                hint: "write the host of your tenant"
            )
            return false
        }
        guard allowed.contains(where: { $0.covers(host.value) }) else {
            table.problems.add(
                "`\(key)` in \(table.title): \(Excerpt.of(host.value.text)) is not under \(allowed.map(\.text).joined(separator: ", "))",
                line: host.line,
                hint: "for a host elsewhere, define a provider under a name of its own"
            )
            return false
        }
        return true
    }
}
