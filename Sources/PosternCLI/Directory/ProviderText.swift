internal import PosternConfig
package import PosternControl

/// Providers, for people.
package enum ProviderText {
    /// A line for each.
    package static func table(_ providers: [ProviderAnswer]) -> Table {
        Table(
            ["NAME", "FROM", "CHANGED"],
            providers.map { [Table.Cell($0.name), Table.Cell($0.source), Table.Cell(When($0.updatedAt)?.short)] }
        )
    }

    /// All of one.
    package static func facts(_ provider: ProviderAnswer) -> Facts {
        var facts = Facts()
        facts.add("name", provider.name)
        facts.add("from", provider.source)
        if case .object(let definition) = provider.definition {
            for (name, value) in definition.sorted(by: { $0.key < $1.key }) { facts.add(name, value.json) }
        }
        if provider.source == "catalogue", let entry = ProviderCatalogue.builtIn.entries[provider.name] {
            facts.add("title", entry.title)
            facts.add("hosts", entry.hosts)
            facts.add("authenticates by", entry.auth.map { $0.inject == nil ? "\($0.id) (not supported yet)" : $0.id })
            facts.add("variables", entry.env.secret)
            facts.add("documentation", entry.docs)
        }
        facts.add("created", When(provider.createdAt)?.long)
        facts.add("changed", When(provider.updatedAt)?.long)
        return facts
    }
}
