internal import CLinux
internal import PosternConfig
internal import PosternCore

/// Compiles agents from rows of the store, and keeps what they share.
///
/// A row that cannot be used is left out and noted: whoever it was for may do less, never more.
struct StoreCompiler {
    /// An agent as it was compiled last.
    private struct Compiled {
        let agent: CompiledAgent
        let policy: String?
    }

    private static let maxCachedTerms = 10_000
    /// How long answers may run on under a grant that has ended by itself.
    private static let keptSeconds: Int64 = 3600

    private let compiler: AgentCompiler
    private let declaredProviders: [String: Provider]
    private var agents: [String: Compiled] = [:]
    private var credentials: [String: CompiledCredential] = [:]
    private var terms: [String: GrantTerms] = [:]
    private var problems: [String] = []

    init(_ base: Directory, declaredProviders: [Provider]) {
        compiler = AgentCompiler(placeholders: base.placeholders, limiters: base.limiters)
        self.declaredProviders = Dictionary(declaredProviders.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The providers whose credentials are compiled.
    var usedProviders: [Provider] {
        var byName: [String: Provider] = [:]
        for credential in credentials.values { byName[credential.provider.name] = credential.provider }
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

    /// The ids of agents of which a rule ended by itself so long ago that nothing may run under it any more; `now` is in seconds since 1970.
    func agentsWithEndedRules(at now: Int64) -> Set<String> {
        let ended = agents.filter { _, compiled in
            compiled.agent.rules.contains { rule in
                rule.expiresAt.map { $0 + StoreCompiler.keptSeconds <= now } ?? false
            }
        }
        return Set(ended.keys)
    }

    /// The provider of a name: the store's, the configuration's, or the catalogue's.
    func provider(named name: String, _ reader: any StoreReader) throws -> Provider? {
        if let stored = try reader.provider(named: name) {
            return try DirectoryJSON.provider(named: name, stored.definition)
        }
        return declaredProviders[name] ?? DirectoryJSON.catalogueProvider(named: name)
    }

    /// Compiles every agent of the store.
    mutating func compileAll(in reader: any StoreReader) throws -> [CompiledAgent] {
        let stored = try reader.agents(includingRevoked: false, Page())
        var keys: [String: [StoredKey]] = [:]
        for key in try reader.agentKeys() {
            if case .agent(let id) = key.owner { keys[id, default: []].append(key) }
        }
        let allGrants = try reader.grants(GrantFilter(), Page())
        var grants: [String: [StoredGrant]] = [:]
        var parents: [String: StoredGrant] = [:]
        let parentIDs = Set(allGrants.compactMap(\.parentID))
        for grant in allGrants {
            if case .agent(let id) = grant.principal { grants[id, default: []].append(grant) }
            if parentIDs.contains(grant.id) { parents[grant.id] = grant }
        }
        for secret in try reader.secrets(includingRevoked: false) { try render(secret, reader) }
        let suspended = Set(try reader.users().lazy.filter(\.isSuspended).map(\.id))
        let paused = Set(stored.lazy.filter { $0.status == .paused }.map(\.id))
        let parentOf = Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0.parentID) })
        return stored.map { agent in
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
                grants: (grants[agent.id] ?? []).map {
                    ($0, ancestors(of: $0, isSuspended: suspended.contains) { parents[$0] })
                }
            )
        }
    }

    /// Compiles one agent.
    mutating func compile(_ agent: StoredAgent, in reader: any StoreReader) throws -> CompiledAgent {
        var filter = GrantFilter()
        filter.principal = .agent(id: agent.id)
        var grants: [(StoredGrant, [StoredGrant]?)] = []
        for grant in try reader.grants(filter, Page()) {
            if credentials[grant.secretID] == nil, let secret = try reader.secret(id: grant.secretID) {
                try render(secret, reader)
            }
            let ancestors = try ancestors(
                of: grant,
                isSuspended: { try reader.user(id: $0)?.isSuspended ?? true },
                { try reader.grant(id: $0) }
            )
            grants.append((grant, ancestors))
        }
        var isPaused = agent.status == .paused
        var above = agent.parentID
        while !isPaused, let id = above, let parent = try reader.agent(id: id) {
            isPaused = parent.status != .active
            above = parent.parentID
        }
        return compile(agent, isPaused: isPaused, keys: try reader.keys(of: .agent(id: agent.id)), grants: grants)
    }

    private mutating func compile(
        _ stored: StoredAgent,
        isPaused: Bool,
        keys: [StoredKey],
        grants: [(grant: StoredGrant, ancestors: [StoredGrant]?)]
    ) -> CompiledAgent {
        let former = agents[stored.id]
        let agent = Agent(
            name: stored.name,
            id: stored.id,
            keys: keys.filter { $0.revokedAt == nil }.map {
                AgentKey($0.digest, id: $0.id, expiresAt: $0.expiresAt.map { $0 / 1_000_000_000 })
            },
            limits: stored.limits,
            isPaused: isPaused,
            policy: policy(of: stored)
        )
        let compiled = compiler.compile(
            agent,
            grants: grants.compactMap { use($0.grant, below: $0.ancestors, of: stored) },
            replacing: former.flatMap { $0.policy == stored.policy ? $0.agent : nil }
        )
        agents[stored.id] = Compiled(agent: compiled, policy: stored.policy)
        return compiled
    }

    /// The grants above one, the nearest first; `nil` if one of them is no more, or is a user's who is suspended.
    private func ancestors(
        of grant: StoredGrant,
        isSuspended: (_ user: String) throws -> Bool,
        _ lookUp: (String) throws -> StoredGrant?
    ) rethrows -> [StoredGrant]? {
        var found: [StoredGrant] = []
        var above = grant.parentID
        while let id = above {
            guard let parent = try lookUp(id), parent.revokedAt == nil else { return nil }
            if case .user(let user) = parent.principal, try isSuspended(user) { return nil }
            found.append(parent)
            above = parent.parentID
        }
        return found
    }

    private mutating func use(
        _ stored: StoredGrant,
        below ancestors: [StoredGrant]?,
        of agent: StoredAgent
    ) -> (grant: Grant, credential: CompiledCredential)? {
        guard stored.revokedAt == nil, let ancestors, let credential = credentials[stored.secretID] else { return nil }
        let end = ([stored] + ancestors).compactMap(\.expiresAt).min()
        // What has ended would only be asked in vain, once what came in time has had the time to end too.
        if let end, end / 1_000_000_000 + StoreCompiler.keptSeconds <= postern_realtime_ns() / 1_000_000_000 {
            return nil
        }
        guard let own = parsed(stored) else { return nil }
        var above: [Grant.Ancestor] = []
        for ancestor in ancestors {
            guard let terms = parsed(ancestor) else { return nil }
            above.append(Grant.Ancestor(id: ancestor.id, terms: terms, maxUses: ancestor.maxUses))
        }
        let grant = Grant(
            id: stored.id,
            agent: agent.name,
            credential: credential.name,
            terms: own,
            expiresAt: end.map { $0 / 1_000_000_000 },
            maxUses: stored.maxUses,
            ancestors: above
        )
        return (grant, credential)
    }

    /// Terms are parsed once for all grants that have the same.
    private mutating func parsed(_ grant: StoredGrant) -> GrantTerms? {
        if let known = terms[grant.terms] { return known }
        do {
            let read = try DirectoryJSON.terms(grant.terms)
            if terms.count >= StoreCompiler.maxCachedTerms { terms = [:] }
            terms[grant.terms] = read
            return read
        } catch {
            problems.append("grant \(grant.id) is left out: \(error.reason)")
            return nil
        }
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

    private mutating func render(_ secret: StoredSecret, _ reader: any StoreReader) throws {
        guard secret.revokedAt == nil else { return }
        let versions = try reader.versions(ofSecret: secret.id)
        do {
            guard let current = versions.first(where: { $0.retiredAt == nil }) else {
                problems.append("secret \(secret.name) is left out: it has no value")
                return
            }
            guard let provider = try provider(named: secret.provider, reader) else {
                problems.append("secret \(secret.name) is left out: there is no provider \(secret.provider)")
                return
            }
            let credential = Credential(
                name: secret.name,
                id: secret.id,
                provider: secret.provider,
                secrets: current.values,
                inputs: JSONTexts.texts(secret.inputs),
                hosts: secret.hosts.compactMap { HostPattern($0) },
                retired: versions.filter { $0.retiredAt != nil }.flatMap { Array($0.values.values) }
            )
            credentials[secret.id] = try CompiledCredential(credential, for: provider)
        } catch let error as ConfigError {
            problems.append("secret \(secret.name) is left out: \(error.reason)")
        } catch let error as DirectoryError {
            problems.append("secret \(secret.name) is left out: \(error)")
        }
    }
}
