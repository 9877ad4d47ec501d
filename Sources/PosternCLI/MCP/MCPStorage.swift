internal import PosternCommand
internal import PosternConfig
internal import PosternControl
internal import PosternCore
internal import PosternMCP

/// Stores what was found in entries: an agent for each server, its secrets, and grants.
///
/// Each step finds what an earlier run has done, so that an import that was cut off can be run again.
struct MCPStorage {
    /// What is stored for one server.
    struct Done {
        let substitutes: FilePlan.Substitutes
        /// The names of secrets, in the order of those that were found; `nil` for those that are left.
        let secrets: [String?]
        let provider: String?
    }

    /// Secrets of a server that become one secret of the store.
    private struct Bundle {
        let provider: String
        /// Which of the server's secrets, and under which variable.
        var members: [(index: Int, variable: String)]
    }

    private let session: ControlSession
    /// The secrets that this run has stored: no two values may become one.
    private var used: Set<String> = []

    init(session: ControlSession) { self.session = session }

    /// Stores what can be of a server, and says what takes its place; `path` is its file, which tells servers of one name
    /// apart.
    mutating func store(_ server: ServerPlan, of path: String) throws -> Done {
        let agent = try agent(for: server, of: path)
        let defined = try defineProvider(for: server, named: agent)
        var names: [String?] = server.secrets.map { _ in nil }
        var texts = names
        for bundle in bundles(server, defined) {
            let (secret, grant) = try store(bundle, of: server, as: agent)
            let text = server.isRemote ? nil : try placeholder(of: grant, agent)
            for member in bundle.members {
                names[member.index] = secret
                texts[member.index] = text
            }
        }
        var baseURL: String?
        if server.isRemote {
            guard let provider = bundles(server, defined).first?.provider else {
                throw CommandFailure("nothing of it could be stored")
            }
            baseURL = "\(try listener())/via/\(provider)"
            // A client that is not under `postern run` shows who it is where the credential stood.
            let key = try mintKey(agent)
            texts = names.map { $0 == nil ? nil : key }
        }
        let substitutes = FilePlan.Substitutes(agent: agent, texts: texts, baseURL: baseURL)
        return Done(substitutes: substitutes, secrets: names, provider: defined)
    }

    // Agents.

    private func agent(for server: ServerPlan, of path: String) throws -> String {
        if let agent = server.agent { return agent }
        let notes = ["mcp_file": RawJSON.text(path), "mcp_server": .text(MCPStorage.fullName(server))]
        let known: ListAnswer<AgentAnswer> = try session.all("/v1/agents?include_revoked=true")
        let own = known.items.first { agent in
            guard case .object(let metadata) = agent.metadata, agent.status == "active" else { return false }
            return notes.allSatisfy { metadata[$0.key] == $0.value }
        }
        if let own { return own.name }
        let taken = Set(known.items.map(\.name))
        var request = AgentCreateRequest(
            name: MCPNames.free(MCPNames.make("mcp", server.entry.name)) { taken.contains($0) }
        )
        request.metadata = .object(notes)
        request.mintsKey = false
        let made: AgentAnswer = try session.call(.post, "/v1/agents", body: request)
        return made.name
    }

    private static func fullName(_ server: ServerPlan) -> String {
        server.entry.group.isEmpty ? server.entry.name : "\(server.entry.group).\(server.entry.name)"
    }

    private func mintKey(_ agent: String) throws -> String {
        let made: KeyAnswer = try session.call(.post, "/v1/agents/\(agent)/keys", body: KeyMintRequest())
        guard let key = made.key else { throw CommandFailure("the daemon answered no key") }
        return key
    }

    // Providers.

    /// Defines a provider for the host of a server that none is known for.
    private func defineProvider(for server: ServerPlan, named name: String) throws -> String? {
        let credentials = server.secrets.compactMap { secret in
            if case .host(let credential) = secret.target { credential } else { nil }
        }
        guard let address = credentials.first?.address else { return nil }
        let places = credentials.enumerated().map { index, credential in
            let variable = MCPStorage.variable(index)
            switch credential.place {
            case .header(let header, let prefix):
                return RawJSON.object(["header": .text(header), "value": .text("\(prefix){\(variable)}")])
            case .query(let parameter):
                return RawJSON.object(["query": .text(parameter), "value": .text("{\(variable)}")])
            }
        }
        var definition: [String: RawJSON] = ["hosts": .array([.text(address.authority)]), "inject": .array(places)]
        if !address.isTLS { definition["scheme"] = .text("http") }
        if address.isLoopback { definition["allow_private"] = .boolean(true) }
        let known: ListAnswer<ProviderAnswer> = try session.all("/v1/providers?catalogue=true")
        let same = known.items.first { MCPNames.isOne($0.name, of: name) && $0.definition == .object(definition) }
        if let same { return same.name }
        let taken = Set(known.items.map(\.name))
        let free = MCPNames.free(name) { taken.contains($0) }
        let _: ProviderAnswer = try session.call(.put, "/v1/providers/\(free)", body: RawJSON.object(definition))
        return free
    }

    private static func variable(_ index: Int) -> String { index == 0 ? "secret" : "secret\(index + 1)" }

    private func bundles(_ server: ServerPlan, _ defined: String?) -> [Bundle] {
        var bundles: [Bundle] = []
        var ofHost = Bundle(provider: defined ?? "", members: [])
        for (index, secret) in server.secrets.enumerated() {
            switch secret.target {
            case .unknown: continue
            case .host: ofHost.members.append((index, MCPStorage.variable(ofHost.members.count)))
            case .provider(let provider):
                let same = bundles.firstIndex { bundle in
                    bundle.provider == provider
                        && server.secrets[bundle.members[0].index].value.isEqual(to: secret.value)
                }
                if let same {
                    bundles[same].members.append((index, "secret"))
                } else {
                    bundles.append(Bundle(provider: provider, members: [(index, "secret")]))
                }
            }
        }
        return ofHost.members.isEmpty ? bundles : [ofHost] + bundles
    }

    // Secrets and grants.

    private mutating func store(_ bundle: Bundle, of server: ServerPlan, as agent: String) throws -> (
        secret: String, grant: String
    ) {
        let first = server.secrets[bundle.members[0].index]
        let known: ListAnswer<SecretAnswer> = try session.all("/v1/secrets?include_revoked=true")
        let base = MCPNames.make(agent, first.name)
        var values: [String: String] = [:]
        for member in bundle.members {
            values[member.variable] = try SecretValues.text(of: server.secrets[member.index].value)
        }
        for secret in known.items where MCPNames.isOne(secret.name, of: base) && secret.provider == bundle.provider {
            guard secret.revokedAt == nil, !used.contains(secret.name), let grant = try ownGrant(of: secret.name, agent)
            else { continue }
            used.insert(secret.name)
            do {
                let request = SecretRotateRequest(values: values)
                let _: SecretAnswer = try session.call(.post, "/v1/secrets/\(secret.name)/rotate", body: request)
            } catch let failure as CommandFailure where failure.code == "unchanged" {}
            return (secret.name, grant)
        }
        let taken = Set(known.items.map(\.name))
        let name = MCPNames.free(base) { taken.contains($0) }
        used.insert(name)
        let request = SecretCreateRequest(name: name, provider: bundle.provider, values: values)
        let _: SecretAnswer = try session.call(.post, "/v1/secrets", body: request)
        var grant = GrantCreateRequest(secret: name)
        grant.agent = agent
        grant.terms = .object(server.isRemote ? [:] : ["placeholder": .boolean(true)])
        let made: GrantAnswer = try session.call(.post, "/v1/grants", body: grant)
        return (name, made.id)
    }

    /// The grant of a secret that this agent has and nobody else: another import of the same entry made both.
    private func ownGrant(of secret: String, _ agent: String) throws -> String? {
        let path = ControlPath(stringLiteral: "/v1/grants").with("secret", secret)
        let grants: ListAnswer<GrantAnswer> = try session.all(path)
        let active = grants.items.filter { $0.status == "active" }
        guard active.allSatisfy({ $0.principal.type == "agent" && $0.principal.name == agent }) else { return nil }
        return active.first?.id
    }

    private func placeholder(of grant: String, _ agent: String) throws -> String {
        let path = ControlPath(stringLiteral: "/v1/placeholders").with("agent", agent)
        let given: ListAnswer<PlaceholderAnswer> = try session.all(path)
        guard let placeholder = given.items.first(where: { $0.grant == grant })?.placeholder else {
            throw CommandFailure("the daemon gives no placeholder for the grant of \(agent)")
        }
        return placeholder
    }

    // The daemon.

    /// Where any agent may call, as a URL without a path.
    private func listener() throws -> String {
        let status: StatusAnswer = try session.call(.get, "/v1/status")
        let address = status.listeners.first { $0.agent == nil && !$0.address.hasPrefix("unix:") }?.address
        guard let address else {
            throw CommandFailure("the daemon listens at no address for base URLs", hint: "add one to [proxy] listen")
        }
        return "http://\(LocalAddress.reaching(address))"
    }
}
