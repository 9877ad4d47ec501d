internal import PosternCore

/// A provider, and what is known about its credential beyond where it goes.
struct ResolvedProvider {
    let provider: Provider
    /// The variables that are secrets and so may not stand in `inputs`; `nil` where only the operator knows.
    let secretVariables: Set<String>?
}

/// The providers of a configuration: the declared ones, and those of the catalogue that a secret names.
final class ProviderTable {
    private let catalogue: ProviderCatalogue
    private let declaredNames: Set<String>
    private var byName: [String: ResolvedProvider?] = [:]

    /// The providers in the order in which they were met.
    private(set) var resolved: [Provider] = []

    /// Reads every `[[provider]]`.
    init(declared: DeclaredTables, catalogue: ProviderCatalogue) {
        self.catalogue = catalogue
        declaredNames = declared.names
        let section = ProviderSection(catalogue: catalogue)
        for (name, table) in declared.tables {
            let entry = name.flatMap { catalogue.entries[$0.value] }
            let provider = section.read(table, name: name, entry: entry)
            if let name { keep(provider, as: name.value) }
        }
    }

    /// The provider that `key` of a secret names; `nil` after noting why there is none.
    func provider(for table: TableReader, key: String) -> ResolvedProvider? {
        let known = declaredNames.union(catalogue.entries.keys)
        guard let name = table.reference(key, to: known, kind: "provider") else { return nil }
        if let met = byName[name.value] { return met }
        guard let entry = catalogue.entries[name.value] else { return nil }
        let provider = table.attempt(key, line: name.line) { () throws(Refusal) in
            try ProviderSection.builtIn(entry)
        }
        // A refusal is noted where it was first met; the next secret of the provider need not repeat it.
        keep(provider, as: name.value)
        return provider
    }

    private func keep(_ provider: ResolvedProvider?, as name: String) {
        byName[name] = .some(provider)
        if let provider { resolved.append(provider.provider) }
    }
}
