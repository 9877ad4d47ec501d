internal import PosternCore

/// Puts a configuration together from its sections.
///
/// Names come first, so that a reference to something that is declared but broken is not also called unknown.
struct ConfigurationBuilder {
    let root: RootReader
    let problems: ProblemList
    let directories: Directories
    let secrets: SecretReader
    var catalogue = ProviderCatalogue.builtIn

    /// Reads every section.
    ///
    /// The result means nothing if a problem was noted.
    func build() -> Configuration {
        let agents = DeclaredTables(root.tables("agent"), kind: "agent")
        let declaredProviders = DeclaredTables(root.tables("provider"), kind: "provider")
        let credentials = DeclaredTables(root.tables("secret"), kind: "secret")

        var contents = DirectoryContents()
        let agentSection = AgentSection(secrets: secrets)
        contents.agents = agents.tables.compactMap { agentSection.read($0.reader, name: $0.name) }
        let providers = ProviderTable(declared: declaredProviders, catalogue: catalogue)
        let credentialSection = SecretSection(secrets: secrets, providers: providers)
        let providerOfCredential = credentials.tables.reduce(into: [String: ResolvedProvider]()) { result, table in
            let read = credentialSection.read(table.reader, name: table.name)
            if let credential = read.credential { contents.credentials.append(credential) }
            if let name = table.name { result[name.value] = read.provider }
        }
        contents.providers = providers.resolved

        let rules = RuleIDs()
        let grantSection = GrantSection(
            agents: agents.names,
            credentials: credentials.names,
            providerOfCredential: providerOfCredential,
            rules: rules
        )
        contents.grants = root.tables("grant").compactMap(grantSection.read)
        let egressSection = EgressSection(agents: agents.names, rules: rules)
        contents.egress = root.tables("egress").compactMap(egressSection.read)
        return Configuration(settings: settings(), contents: contents)
    }

    private func settings() -> ProxySettings {
        var settings = ProxySettings()
        let listeners = ListenerList()
        let proxy = root.table("proxy")
        let allowsRemote = ProxySection(directories: directories, listeners: listeners).read(proxy, into: &settings)
        TimeoutsSection.read(root.table("timeouts"), into: &settings.timeouts)
        LimitsSection.read(root.table("limits"), into: &settings.requestLimits)
        AuditSection.read(root.table("audit"), into: &settings.audit)
        StoreSection.read(root.table("store"), into: &settings)
        ControlSection.read(root.table("control"), into: &settings)
        if root.has("portal") { PortalSection(allowsRemote: allowsRemote).read(root.table("portal"), into: &settings) }
        if root.has("identity") { IdentitySection.read(root.table("identity"), into: &settings) }
        APISection.read(root.table("api"), into: &settings.api)
        ApprovalsSection.read(root.table("approvals"), into: &settings.approvals)
        RunSection.read(root.table("run"), into: &settings.run)
        settings.run.runners = root.tables("runner").compactMap(RunnerSection.read)
        let socketSection = SocketSection(allowsRemote: allowsRemote, listeners: listeners)
        for table in root.tables("socket") { socketSection.read(table) }
        settings.listeners = listeners.all
        if listeners.all.isEmpty, problems.error == nil {
            problems.add(
                "there is nothing to listen on",
                line: proxy.line(of: "listen"),
                hint: "give `listen` in [proxy] an address, or add a [[socket]]"
            )
        }
        return settings
    }
}
