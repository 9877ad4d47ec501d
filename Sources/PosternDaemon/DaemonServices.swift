internal import CLinux
internal import Glibc
internal import PosternAPI
internal import PosternAdmin
internal import PosternConfig
internal import PosternControl
internal import PosternCore
internal import PosternProxy
internal import PosternStore

/// What the control interface asks of the daemon itself.
struct DaemonServices: Sendable {
    private static let reloadPatience = Duration.seconds(60)

    let administration: Administration
    let inForce: InForce
    let reload: Reload
    let state: OpenedState
    let configurationPath: String
    let environment: [String: String]
    /// What the addresses of pages begin with; `nil` if there are none.
    let portalURL: String?
    let startedAt = postern_realtime_ns()

    func status() async throws -> StatusAnswer {
        let stored = try await administration.alone { [state] in
            try state.store.read { reader in
                (
                    agents: try reader.agentCount(includingRevoked: false),
                    secrets: try reader.secrets(includingRevoked: false).count { $0.kind == .managed },
                    grants: try reader.grantCount(GrantFilter()),
                    users: try reader.users().count
                )
            }
        }
        return try await administration.alone { [self] in
            let declared = inForce.live.declared
            return StatusAnswer(
                version: Version.current,
                processID: Int(getpid()),
                startedAt: Timestamp.text(startedAt),
                stateDirectory: state.settings.stateDirectory,
                configuration: configurationPath,
                listeners: inForce.server.listeners.map { StatusAnswer.Listener(address: $0.address, agent: $0.agent) },
                portal: portalURL,
                counts: StatusAnswer.Counts(
                    agents: declared.agents.count + stored.agents,
                    secrets: declared.credentials.count + stored.secrets,
                    grants: declared.grants.count + stored.grants,
                    users: stored.users
                ),
                auditIsWritable: state.isAuditWritable
            )
        }
    }

    func explain(_ query: ControlServices.ExplainQuery) async throws -> ExplainAnswer {
        let name = try await agentName(query.agent)
        return try await administration.alone { [inForce, state] in
            guard inForce.live.directory.agent(named: name) != nil else {
                throw AdministrationError.notFound(kind: "agent", name: name.utf8.count <= 64 ? name : "of that name")
            }
            var explanation = inForce.explain(
                agent: name,
                method: query.method,
                url: query.url,
                body: query.body.map { Array($0.utf8) }
            )
            let limits = explanation.rule?.useLimits ?? []
            let usedUp = try state.store.read { reader in
                try limits.first { try reader.uses(ofGrant: $0.grant) >= $0.maxUses }
            }
            if let usedUp { explanation.refuse(.grantUsedUp(rule: usedUp.grant)) }
            return ExplainAnswer(explanation)
        }
    }

    /// The name of an agent of the store by name or id; any other is one of the configuration's, or nobody's.
    private func agentName(_ reference: String) async throws -> String {
        do throws(AdministrationError) {
            return try await administration.agent(reference).name
        } catch {
            guard case .notFound = error else { throw error }
            return reference
        }
    }

    /// The placeholders of the configuration's grants and of the store's.
    func placeholders(of agent: String?) async throws -> [PlaceholderAnswer] {
        var name: String?
        if let agent { name = try await agentName(agent) }
        let wanted = name
        return try await administration.alone { [inForce, state] in
            inForce.live.directory.agents
                .filter { wanted == nil || $0.name == wanted }
                .flatMap(\.placeholderRules)
                .flatMap { PlaceholderAnswer.all(of: $0, from: state.placeholders) }
                .sorted { ($0.agent, $0.provider, $0.grant) < ($1.agent, $1.provider, $1.grant) }
        }
    }

    func providers(includingCatalogue: Bool) async throws -> [ProviderAnswer] {
        try await administration.alone { [inForce] in
            ProviderAnswer.all(declared: inForce.live.declared.providers, includingCatalogue: includingCatalogue)
        }
    }

    func reloadConfiguration(by operator: Operator) async throws -> ReloadAnswer {
        // Reading may run helper programs, and what is asynchronous must not wait for them.
        let reload = reload
        do {
            let result = try await Waiting.onThread { try reload.perform(every: DaemonServices.reloadPatience) }
            return ReloadAnswer(message: result.summary, warnings: result.warnings)
        } catch {
            throw ControlRefusal(
                status: 409,
                code: "reload_refused",
                message: "\(error)",
                hint: "the configuration that was in force stays in force"
            )
        }
    }

    func rekey(source: String?, by operator: Operator) async throws -> DoneAnswer {
        let opening = state.opening
        let store = state.store
        if let source {
            let reader = MasterKeyReader(environment: environment)
            let key: MasterKey?
            do { key = try await Waiting.onThread { try reader.read(.key(reference: source)) } } catch let error
                as ConfigError
            {
                throw refused(ControlRefusal.invalid(error.reason, hint: error.hint), by: `operator`)
            }
            guard let key else { throw refused(.invalid("the source gives no key"), by: `operator`) }
            try await administration.rekeyStore(to: key, by: `operator`)
            return DoneAnswer(
                message:
                    "the store is opened by the key at \(source) from now on; name it in [store] before the next start"
            )
        }
        guard opening.settings.masterKey == nil else {
            throw refused(
                ControlRefusal(
                    status: 409,
                    code: "master_key_elsewhere",
                    message:
                        "the master key comes from [store] in the configuration, so Postern cannot change it there",
                    hint: "put a new key somewhere and name it: postern store rekey --source file:/path"
                ),
                by: `operator`
            )
        }
        let path = opening.keyFilePath
        try await administration.rekeyStore(by: `operator`) { try store.rekeyFile(at: path) }
        return DoneAnswer(message: "the store is opened by a new key in \(path) from now on")
    }

    /// Records that the store was not rekeyed.
    private func refused(_ refusal: ControlRefusal, by operator: Operator) -> ControlRefusal {
        var act = AdministrativeAct("store_rekey", by: `operator`)
        act.refusal = refusal.code
        state.records.record(.act(act))
        return refusal
    }

    func recordRefusal(_ act: AdministrativeAct) { state.records.record(.act(act)) }
}
