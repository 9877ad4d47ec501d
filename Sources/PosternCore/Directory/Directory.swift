/// Who may do what: one immutable value that every decision reads, replaced whole when anything changes.
///
/// Agents are compiled one by one, so that a change costs what it changes and not what there is.
package final class Directory: Sendable {
    private let agentsByName: [String: CompiledAgent]
    /// Those of the store, by id.
    private let agentsByID: [String: CompiledAgent]
    private let keys: [KeyDigest: HeldKey]
    /// Where each provider takes its credential.
    private let slots: [String: CredentialSlots]
    /// The hosts of each provider of which a credential is used.
    private let hosts: [String: [HostPattern]]
    /// What the agents' placeholders are made from.
    package let placeholders: PlaceholderKey
    /// The limiters of this directory and those before it.
    package let limiters: LimiterTable
    /// Finds placeholders in requests.
    package let search: PlaceholderSearch
    /// The placeholders that the API gives out.
    package let issued: IssuedPlaceholders
    /// What stands for keys of agents that are run without a network of their own.
    package let runTokens: RunTokens
    /// How many agents have a placeholder.
    private let placeholderHolders: Int

    /// Whether any agent has a placeholder, or a key by which it may ask for one.
    var givesPlaceholders: Bool { placeholderHolders > 0 }

    /// Compiles declarations.
    ///
    /// `previous` is the directory that this one replaces; counts of requests are carried over where the
    /// limits are the same, so that a reload gives nobody a fresh allowance.
    ///
    /// `placeholders` is what placeholders are made from: by default what it was, or what nobody else knows.
    ///
    /// - Throws: ``DirectoryError`` for a name that does not exist or a credential that cannot be rendered.
    package convenience init(
        _ contents: DirectoryContents,
        placeholders key: PlaceholderKey? = nil,
        replacing previous: Directory? = nil
    ) throws(DirectoryError) {
        let placeholders = key ?? previous?.placeholders ?? .random()
        let compiler = AgentCompiler(
            placeholders: placeholders,
            limiters: previous?.limiters ?? LimiterTable(),
            egress: contents.egress
        )
        let agents = try DeclaredAgents(contents).compile(with: compiler)
        try self.init(
            Directory(
                placeholders: placeholders,
                limiters: previous?.limiters ?? compiler.limiters,
                runTokens: previous?.runTokens ?? RunTokens()
            ),
            putting: agents,
            providers: contents.providers
        )
    }

    /// A directory in which nobody may do anything.
    package init(placeholders: PlaceholderKey, limiters: LimiterTable, runTokens: RunTokens = RunTokens()) {
        agentsByName = [:]
        agentsByID = [:]
        keys = [:]
        slots = [:]
        hosts = [:]
        issued = IssuedPlaceholders(placeholders)
        self.placeholders = placeholders
        self.limiters = limiters
        self.runTokens = runTokens
        search = PlaceholderSearch(placeholders)
        placeholderHolders = 0
    }

    /// Another directory with some agents changed.
    ///
    /// Those of the names in `removing` are gone, those in `agents` take the place of the ones of the same name;
    /// `providers` are those whose credentials these agents use.
    ///
    /// - Throws: ``DirectoryError/duplicate(kind:name:)`` for a key that is two agents'.
    package init(
        _ base: Directory,
        removing gone: some Sequence<String> = [],
        putting agents: some Sequence<CompiledAgent>,
        providers: some Sequence<Provider> = []
    ) throws(DirectoryError) {
        var byName = base.agentsByName
        var byID = base.agentsByID
        var hosts = base.hosts
        var keys = base.keys
        var slots = base.slots
        var holders = base.placeholderHolders
        func remove(_ name: String) {
            guard let former = byName.removeValue(forKey: name) else { return }
            if let id = former.id, case .agent = former.principal { byID[id] = nil }
            for key in former.keys { keys[key.digest] = nil }
            if former.givesPlaceholders { holders -= 1 }
        }
        for name in gone { remove(name) }
        for agent in agents {
            remove(agent.name)
            byName[agent.name] = agent
            if let id = agent.id, case .agent = agent.principal { byID[id] = agent }
            for key in agent.keys
            where keys.updateValue(HeldKey(key, of: agent, replacing: base.keys[key.digest]), forKey: key.digest) != nil
            {
                throw .duplicate(kind: "key", name: agent.name)
            }
            if agent.givesPlaceholders { holders += 1 }
        }
        for provider in providers {
            slots[provider.name, default: CredentialSlots()].add(provider)
            hosts[provider.name] = provider.hosts
        }
        agentsByName = byName
        agentsByID = byID
        self.hosts = hosts
        issued = base.issued
        self.keys = keys
        self.slots = slots
        placeholders = base.placeholders
        limiters = base.limiters
        runTokens = base.runTokens
        search = base.search
        placeholderHolders = holders
    }

    /// Every agent, and every other principal, in no order.
    package var agents: some Collection<CompiledAgent> { agentsByName.values }

    /// Every key that is held, in no order.
    package var heldKeys: some Collection<HeldKey> { keys.values }

    /// The agent of a name.
    package func agent(named name: String) -> CompiledAgent? { agentsByName[name] }

    /// The agent of an id of the store.
    package func agent(id: String) -> CompiledAgent? { agentsByID[id] }

    /// Whether a credential of some provider is used at this host, whoever's it is.
    func usesCredential(at host: HostName) -> Bool {
        hosts.values.contains { $0.contains { $0.matches(host) } }
    }

    /// The principal of an id, if there is anything that it may do.
    package func principal(_ id: PrincipalID) -> CompiledAgent? { agentsByName[id.directoryName] }

    /// The key of a digest, and whose it is.
    package func key(_ digest: KeyDigest) -> HeldKey? { keys[digest] }

    /// Whether it is of something that opens the proxy, whoever's and until whenever.
    func isKey(_ digest: KeyDigest) -> Bool { keys[digest] != nil || runTokens.contains(digest) }

    /// Whether a rule is still in force, to the letter.
    package func holds(_ rule: AccessRule) -> Bool {
        agentsByName[rule.agentName]?.holds(rule) ?? false
    }

    /// Where a provider takes its credential.
    package func slots(ofProvider name: String) -> CredentialSlots { slots[name] ?? CredentialSlots() }
}
