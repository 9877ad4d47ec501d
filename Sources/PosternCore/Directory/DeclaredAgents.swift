/// The agents that a configuration declares, with names resolved.
struct DeclaredAgents {
    private let agents: [Agent]
    private var grants: [String: [(grant: Grant, credential: CompiledCredential)]] = [:]

    /// Resolves and checks every name.
    init(_ contents: DirectoryContents) throws(DirectoryError) {
        agents = contents.agents
        let providers = try DeclaredAgents.byName("provider", contents.providers, \.name)
        let credentials = try DeclaredAgents.byName("secret", contents.credentials, \.name)
        let names = try DeclaredAgents.byName("agent", contents.agents, \.name)
        var ids = Set<String>()
        for id in contents.grants.map(\.id) + contents.egress.map(\.id) where !ids.insert(id).inserted {
            throw .duplicate(kind: "rule", name: id)
        }
        var compiled: [String: CompiledCredential] = [:]
        for grant in contents.grants {
            guard let credential = credentials[grant.credential] else {
                throw .unknown(kind: "secret", name: grant.credential, referredToBy: "grant \(grant.id)")
            }
            guard let provider = providers[credential.provider] else {
                throw .unknown(kind: "provider", name: credential.provider, referredToBy: "secret \(credential.name)")
            }
            guard names[grant.agent] != nil else {
                throw .unknown(kind: "agent", name: grant.agent, referredToBy: "grant \(grant.id)")
            }
            if compiled[credential.name] == nil {
                compiled[credential.name] = try CompiledCredential(credential, for: provider)
            }
            if let rendered = compiled[credential.name] { grants[grant.agent, default: []].append((grant, rendered)) }
        }
        for rule in contents.egress {
            guard case .agent(let name) = rule.holder, names[name] == nil else { continue }
            throw .unknown(kind: "agent", name: name, referredToBy: "grant \(rule.id)")
        }
    }

    /// Compiles every agent.
    func compile(with compiler: AgentCompiler) -> [CompiledAgent] {
        agents.map { compiler.compile($0, grants: grants[$0.name] ?? []) }
    }

    private static func byName<Value>(
        _ kind: String,
        _ values: [Value],
        _ name: (Value) -> String
    ) throws(DirectoryError) -> [String: Value] {
        var result: [String: Value] = [:]
        for value in values {
            guard result.updateValue(value, forKey: name(value)) == nil else {
                throw .duplicate(kind: kind, name: name(value))
            }
        }
        return result
    }
}
