internal import PosternConfig
internal import PosternCore

/// Compiles agents and other principals from rows of the store, and keeps what they share.
///
/// A row that cannot be used is left out and noted: whoever it was for may do less, never more.
struct StoreCompiler {
    /// An agent as it was compiled last.
    private struct Compiled {
        let agent: CompiledAgent
        let policy: String?
    }

    /// A secret ready to be used, and whose account it opens, if it is a connection's.
    struct Rendered {
        let credential: CompiledCredential
        let connection: StoredConnection?
    }

    /// How long answers may run on under a grant that has ended by itself.
    static let keptSeconds: Int64 = 3600

    private let compiler: AgentCompiler
    let declaredProviders: [String: Provider]
    /// By the id of an agent, or the directory's name of another principal.
    private var agents: [String: Compiled] = [:]
    var credentials: [String: Rendered] = [:]
    var terms: [String: GrantTerms] = [:]
    var problems: [String] = []

    /// `declared` is what the configuration file says, of which providers and egress rules hold for the store too.
    init(_ base: Directory, _ declared: DirectoryContents) {
        compiler = AgentCompiler(
            placeholders: base.placeholders,
            limiters: base.limiters,
            egress: declared.egress
        )
        declaredProviders = Dictionary(declared.providers.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The providers whose credentials are compiled.
    var usedProviders: [Provider] {
        var byName: [String: Provider] = [:]
        for rendered in credentials.values { byName[rendered.credential.provider.name] = rendered.credential.provider }
        return Array(byName.values)
    }

    /// What could not be used since the last call.
    mutating func takeProblems() -> [String] {
        defer { problems = [] }
        return problems
    }

    /// Has a secret rendered anew when it is needed next.
    mutating func forget(secret id: String) { credentials[id] = nil }

    /// Forgets an agent; returns the name under which it was compiled, if it was.
    mutating func remove(agent id: String) -> String? { agents.removeValue(forKey: id)?.agent.name }

    /// The principals of which a rule ended by itself so long ago that nothing may run under it any more; `now` is in seconds since 1970.
    func principalsWithEndedRules(at now: Int64) -> Impact {
        var ended = Impact.none
        for (id, compiled) in agents {
            let hasEnded = compiled.agent.rules.contains { rule in
                rule.expiresAt.map { $0 + StoreCompiler.keptSeconds <= now } ?? false
            }
            guard hasEnded else { continue }
            switch compiled.agent.principal {
            case .agent: ended.agents.insert(id)
            case .user(let user): ended.users.insert(user)
            case .app: ended.app = true
            }
        }
        return ended
    }

    /// Compiles every agent of the store, every user to whom something is granted, and the application.
    mutating func compileAll(in reader: any StoreReader) throws -> [CompiledAgent] {
        let stored = try reader.agents(includingRevoked: false, Page())
        var keys: [String: [StoredKey]] = [:]
        for key in try reader.agentKeys() {
            if case .agent(let id) = key.owner { keys[id, default: []].append(key) }
        }
        let allGrants = try reader.grants(GrantFilter(), Page())
        var grants: [StoredGrant.Principal: [StoredGrant]] = [:]
        var parents: [String: StoredGrant] = [:]
        let parentIDs = Set(allGrants.compactMap(\.parentID))
        for grant in allGrants {
            grants[grant.principal, default: []].append(grant)
            if parentIDs.contains(grant.id) { parents[grant.id] = grant }
        }
        for secret in try reader.secrets(includingRevoked: false) { try render(secret, reader) }
        let users = try reader.users()
        let suspended = Set(users.lazy.filter(\.isSuspended).map(\.id))
        let paused = Set(stored.lazy.filter { $0.status == .paused }.map(\.id))
        let parentOf = Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0.parentID) })
        func withAncestors(_ grants: [StoredGrant]) -> [(StoredGrant, [StoredGrant]?)] {
            grants.map { ($0, ancestors(of: $0, isSuspended: suspended.contains) { parents[$0] }) }
        }
        var compiled = stored.map { agent in
            var above: String? = agent.id
            var isPaused = false
            while let id = above {
                if paused.contains(id) { isPaused = true }
                above = parentOf[id] ?? nil
            }
            return compile(
                agent,
                isPaused: isPaused,
                keys: keys[agent.id] ?? [],
                grants: withAncestors(grants[.agent(id: agent.id)] ?? [])
            )
        }
        for user in users where !user.isSuspended {
            let own = grants[.user(id: user.id)] ?? []
            let ofGroups = user.groups.flatMap { grants[.group(name: $0)] ?? [] }
            guard !own.isEmpty || !ofGroups.isEmpty else { continue }
            compiled.append(compile(Agent(.user(user.id), id: user.id), grants: withAncestors(own + ofGroups)))
        }
        let app = StoreCompiler.app(try reader.app(), keys: try reader.appKeys())
        compiled.append(compile(app, grants: withAncestors(grants[.system] ?? [])))
        return compiled
    }

    /// Compiles one agent.
    mutating func compile(_ agent: StoredAgent, in reader: any StoreReader) throws -> CompiledAgent {
        var isPaused = agent.status == .paused
        var above = agent.parentID
        while !isPaused, let id = above, let parent = try reader.agent(id: id) {
            isPaused = parent.status != .active
            above = parent.parentID
        }
        return compile(
            agent,
            isPaused: isPaused,
            keys: try reader.keys(of: .agent(id: agent.id)),
            grants: try grants(of: [.agent(id: agent.id)], reader)
        )
    }

    /// Compiles one user; `nil` for one who may do nothing.
    mutating func compile(user id: String, in reader: any StoreReader) throws -> CompiledAgent? {
        let principal = PrincipalID.user(id)
        var found: [(StoredGrant, [StoredGrant]?)] = []
        if let user = try reader.user(id: id), !user.isSuspended {
            found = try grants(of: [.user(id: id)] + user.groups.map { .group(name: $0) }, reader)
        }
        guard !found.isEmpty else {
            agents[principal.directoryName] = nil
            return nil
        }
        return compile(Agent(principal, id: id), grants: found)
    }

    /// Compiles the application.
    mutating func compileApp(in reader: any StoreReader) throws -> CompiledAgent {
        compile(
            StoreCompiler.app(try reader.app(), keys: try reader.appKeys()),
            grants: try grants(of: [.system], reader)
        )
    }

    private static func app(_ app: StoredApp, keys: [StoredKey]) -> Agent {
        Agent(.app, id: app.id, keys: AgentKey.keys(of: keys))
    }

    private mutating func compile(
        _ stored: StoredAgent,
        isPaused: Bool,
        keys: [StoredKey],
        grants: [(grant: StoredGrant, ancestors: [StoredGrant]?)]
    ) -> CompiledAgent {
        let agent = Agent(
            .agent(stored.name),
            id: stored.id,
            keys: AgentKey.keys(of: keys),
            limits: stored.limits,
            isPaused: isPaused,
            policy: policy(of: stored)
        )
        return compile(
            agent,
            under: stored.id,
            policy: stored.policy,
            scopes: scopes(of: stored),
            grants: grants
        )
    }

    /// Compiles a principal; `id` is what it is kept under, `policy` the text of its policy.
    private mutating func compile(
        _ agent: Agent,
        under id: String? = nil,
        policy: String? = nil,
        scopes: AgentScopes = .unlimited,
        grants: [(grant: StoredGrant, ancestors: [StoredGrant]?)]
    ) -> CompiledAgent {
        let id = id ?? agent.name
        let former = agents[id]
        let compiled = compiler.compile(
            agent,
            grants: grants.compactMap { use($0.grant, below: $0.ancestors, of: agent, within: scopes) },
            replacing: former.flatMap { $0.policy == policy ? $0.agent : nil }
        )
        agents[id] = Compiled(agent: compiled, policy: policy)
        return compiled
    }

    /// A policy that cannot be read allows nothing.
    private mutating func policy(of agent: StoredAgent) -> AgentPolicy? {
        guard let text = agent.policy else { return nil }
        do { return try DirectoryJSON.policy(text) } catch {
            problems.append(
                "the policy of agent \(agent.name) allows nothing, since it cannot be read: \(error.reason)"
            )
            return AgentPolicy(constraints: RequestConstraints(methods: []))
        }
    }

    /// Scopes that cannot be read allow nothing.
    private mutating func scopes(of agent: StoredAgent) -> AgentScopes {
        guard let scopes = AgentScopes(agent.scopes) else {
            problems.append("agent \(agent.name) is left without grants, since its scopes cannot be read")
            return .none
        }
        return scopes
    }
}
