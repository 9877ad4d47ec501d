internal import CLinux
internal import Glibc
internal import PosternConfig
internal import PosternCore
internal import PosternProxy
internal import PosternSandbox
internal import Synchronization

/// Decides who may run which agent, and keeps what runs.
final class SandboxDesk: Sendable {
    /// Whoever is at the other end of a connection, as the kernel says.
    struct Caller: Sendable {
        let userID: UInt32
        let processID: Int32
    }

    /// A listener inside of a sandbox.
    struct Listener: Sendable {
        let descriptor: CInt
        /// What comes in there; `nil` for questions about names.
        let entrance: SandboxEntrance?
    }

    /// A sandbox that is served.
    struct Opened: Sendable {
        let sandbox: Sandbox
        let listeners: [Listener]
        fileprivate let namespace: UInt64
    }

    let entrances: SandboxEntrances
    private let manager: ServiceManager
    private let rules: @Sendable () -> RunSettings
    let published: PublishedDirectory
    /// Where any agent may call, if there is such an address.
    let commonAddress: @Sendable () -> String?
    private let placeholders: PlaceholderKey
    private let authority: String?
    /// What no agent may see.
    private let hidden: [String]
    private let records: AdministrativeLog
    /// The daemon's own network namespace.
    private let namespace: UInt64
    /// Whose each namespace is, with how many sandboxes.
    private let namespaces = Mutex<[UInt64: (agent: String, count: Int)]>([:])

    /// How many sandboxes and loans there may be at once.
    var maxSandboxes: Int { rules().maxSandboxes }

    init(
        entrances: SandboxEntrances,
        manager: ServiceManager,
        rules: @escaping @Sendable () -> RunSettings,
        published: PublishedDirectory,
        commonAddress: @escaping @Sendable () -> String?,
        placeholders: PlaceholderKey,
        authority: String?,
        hidden: [String],
        records: AdministrativeLog
    ) throws {
        self.entrances = entrances
        self.manager = manager
        self.rules = rules
        self.published = published
        self.commonAddress = commonAddress
        self.placeholders = placeholders
        self.authority = authority
        self.hidden = hidden
        self.records = records
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { Glibc.close(probe) }
        var own: UInt64 = 0
        guard probe >= 0, postern_network_namespace(probe, &own) == 0 else {
            throw RunSocketError(path: "the run socket", reason: "this kernel does not name network namespaces (5.14)")
        }
        namespace = own
    }

    /// Who connected.
    ///
    /// - Throws: for a program in a sandbox, which is to start no other.
    func caller(at descriptor: CInt) throws(RunAnswer.Refusal) -> Caller {
        var userID: UInt32 = 0
        var processID: Int32 = 0
        var theirs: UInt64 = 0
        guard postern_peer_credentials(descriptor, &userID, &processID) == 0,
            postern_network_namespace(descriptor, &theirs) == 0
        else { throw RunAnswer.Refusal("unknown_caller", "the kernel does not say who is asking") }
        guard theirs == namespace else {
            record("sandbox_refused", Caller(userID: userID, processID: processID), refusal: "inside_a_sandbox")
            throw RunAnswer.Refusal(
                "inside_a_sandbox",
                "`postern run` was called inside of another network namespace",
                hint: "what runs in a sandbox reaches Postern already, as the agent of that sandbox"
            )
        }
        return Caller(userID: userID, processID: processID)
    }

    /// What the agent's programs need to know.
    func describe(_ name: String, for caller: Caller) throws(RunAnswer.Refusal) -> RunDescription {
        let agent = try agent(name, for: caller)
        let given = agent.placeholderRules.map {
            GivenPlaceholder(agent: $0.agent, secret: $0.secret, provider: $0.provider, from: placeholders)
        }
        let providers = Set(agent.rules.filter { $0.baseURLDestination != nil }.compactMap(\.providerName))
        let bases = providers.sorted().flatMap { provider in
            (ProviderCatalogue.builtIn.entries[provider]?.env.baseURL ?? []).map {
                RunDescription.BaseURL(variable: $0.variable, path: "/via/\(provider)\($0.path)")
            }
        }
        return RunDescription(
            agent: agent.name,
            authority: authority,
            placeholders: given.map { .init(provider: $0.provider, text: $0.text, variables: $0.variables) },
            baseURLs: bases,
            hidden: hidden
        )
    }

    /// Takes listeners that were made inside of a sandbox; they are closed by ``close(_:)``, or by the caller if this
    /// throws.
    ///
    /// `connection` is the wrapper's.
    func open(
        _ name: String,
        _ descriptors: [CInt],
        over connection: CInt,
        for caller: Caller
    ) throws(RunAnswer.Refusal) -> Opened {
        let agent = try agent(name, for: caller)
        let (listeners, inside) = try check(descriptors)
        guard take(inside, for: agent.name) else {
            record("sandbox_refused", caller, agent: agent.name, refusal: "namespace_taken")
            throw RunAnswer.Refusal("namespace_taken", "another agent runs in this network namespace already")
        }
        let sandbox = Sandbox(agent: agent, userID: caller.userID, processID: caller.processID)
        guard record("sandbox_start", caller, agent: agent.name, detail: sandbox.id) else {
            release(inside)
            throw SandboxDesk.notRecorded
        }
        let parts = StoredSandbox.all(of: sandbox, listeners: descriptors.count)
        for (part, descriptor) in zip(parts, [connection] + descriptors) { manager.store(descriptor, as: part.name) }
        return Opened(sandbox: sandbox, listeners: listeners, namespace: inside)
    }

    /// Takes over what was served before a restart: each sandbox with its wrapper's connection.
    ///
    /// `inherited` are all sockets that the service manager handed over, by name. What is not as it was, or not allowed any
    /// more, ends.
    func restore(_ inherited: [String: CInt]) -> [(connection: CInt, opened: Opened)] {
        StoredSandbox.group(inherited).compactMap { parts in
            if let opened = reopen(parts) { return (parts[0].descriptor, opened) }
            StoredSandbox.discard(parts, manager)
            let first = parts[0].stored
            let caller = Caller(userID: first.userID, processID: first.processID)
            record("sandbox_end", caller, agent: first.agent, detail: first.id)
            return nil
        }
    }

    static let notRecorded = RunAnswer.Refusal(
        "not_recorded",
        "the audit log could not be written, so nothing is let through"
    )

    /// The sandbox that these are all parts of, if it may go on.
    private func reopen(_ parts: [StoredSandbox.Part]) -> Opened? {
        let first = parts[0].stored
        guard parts.map(\.stored.place) == Array(0..<first.places),
            let caller = try? caller(at: parts[0].descriptor),
            caller.userID == first.userID, caller.processID == first.processID,
            let agent = try? permitted(first.agent, for: caller), agent.id == first.agentID,
            let (listeners, inside) = try? check(parts.dropFirst().map(\.descriptor)), take(inside, for: first.agent)
        else { return nil }
        let sandbox = Sandbox(
            id: first.id,
            agent: first.agent,
            agentID: first.agentID,
            userID: first.userID,
            processID: first.processID
        )
        return Opened(sandbox: sandbox, listeners: listeners, namespace: inside)
    }

    /// A name that somebody made up, as far as it can be one.
    private static func excerpt(_ name: String) -> String { String(name.prefix(64)) }

    /// What each listener is for, and the namespace in which all of them are.
    private func check(_ descriptors: [CInt]) throws(RunAnswer.Refusal) -> ([Listener], UInt64) {
        guard descriptors.count == 1 || descriptors.count == 4 else {
            throw RunAnswer.Refusal("not_a_listener", "one listener or four come with the message")
        }
        var listeners: [Listener] = []
        var inside: UInt64?
        for (index, descriptor) in descriptors.enumerated() {
            let found = try check(descriptor, at: index)
            guard inside == nil || inside == found.namespace else {
                throw RunAnswer.Refusal("not_isolated", "the listeners are of several network namespaces")
            }
            inside = found.namespace
            listeners.append(Listener(descriptor: descriptor, entrance: found.entrance))
        }
        guard let inside else { throw RunAnswer.Refusal("not_a_listener", "no listener came with the message") }
        return (listeners, inside)
    }

    /// Ends a sandbox: what it has open is cut.
    func close(_ opened: Opened) {
        entrances.end(opened.sandbox)
        for listener in opened.listeners {
            // The service manager has it, too, and lets go a little later.
            shutdown(listener.descriptor, Int32(SHUT_RDWR))
            Glibc.close(listener.descriptor)
        }
        for part in StoredSandbox.all(of: opened.sandbox, listeners: opened.listeners.count) {
            manager.forget(part.name)
        }
        release(opened.namespace)
        let caller = Caller(userID: opened.sandbox.userID, processID: opened.sandbox.processID)
        record("sandbox_end", caller, agent: opened.sandbox.agent, detail: opened.sandbox.id)
    }

    // MARK: Rules

    /// The agent, if the caller may run it now.
    func agent(_ name: String, for caller: Caller) throws(RunAnswer.Refusal) -> CompiledAgent {
        let agent = try permitted(name, for: caller)
        guard !agent.isPaused else {
            throw RunAnswer.Refusal(
                "agent_paused",
                "the agent \(agent.name) is paused",
                hint: "an operator resumes it: postern agent resume \(agent.name)"
            )
        }
        return agent
    }

    /// The agent, if the caller may run it: to others it does not exist.
    private func permitted(_ name: String, for caller: Caller) throws(RunAnswer.Refusal) -> CompiledAgent {
        let directory = published.directory
        let agent = directory.agent(named: name) ?? directory.agent(id: name)
        let isOwn = caller.userID == 0 || caller.userID == getuid()
        guard let agent, agent.agentName != nil,
            isOwn || rules().allows(userID: caller.userID, agent: agent.name)
        else {
            record("sandbox_refused", caller, refusal: "not_allowed")
            throw RunAnswer.Refusal(
                "not_allowed",
                isOwn
                    ? "there is no agent \(SandboxDesk.excerpt(name))"
                    : "user \(caller.userID) may not run an agent \(SandboxDesk.excerpt(name)), or there is none",
                hint: isOwn ? "see `postern agent list`" : "an operator lists who may in [[runner]] of proxy.conf"
            )
        }
        return agent
    }

    /// What the listener at a place of the message is for, and where it is.
    private func check(
        _ descriptor: CInt,
        at index: Int
    ) throws(RunAnswer.Refusal) -> (entrance: SandboxEntrance?, namespace: UInt64) {
        var found = postern_socket()
        var theirs: UInt64 = 0
        guard postern_describe_socket(descriptor, &found) == 0, postern_network_namespace(descriptor, &theirs) == 0,
            found.is_ip, index == 3 ? found.is_datagram : found.is_stream && found.is_listening
        else { throw RunAnswer.Refusal("not_a_listener", "what came with the message does not listen for TCP") }
        guard theirs != namespace else {
            throw RunAnswer.Refusal(
                "not_isolated",
                "the listener is in the daemon's own network, where other programs could reach it"
            )
        }
        let entrances: [SandboxEntrance?] = [.proxy(port: found.port), .http, .https, nil]
        return (entrances[index], theirs)
    }

    private func take(_ namespace: UInt64, for agent: String) -> Bool {
        namespaces.withLock { namespaces in
            let former = namespaces[namespace]
            guard former == nil || former?.agent == agent else { return false }
            namespaces[namespace] = (agent, (former?.count ?? 0) + 1)
            return true
        }
    }

    private func release(_ namespace: UInt64) {
        namespaces.withLock { namespaces in
            guard let former = namespaces[namespace] else { return }
            namespaces[namespace] = former.count == 1 ? nil : (former.agent, former.count - 1)
        }
    }

    @discardableResult
    func record(
        _ action: StaticString,
        _ caller: Caller,
        agent: String? = nil,
        refusal: String? = nil,
        detail: String? = nil
    ) -> Bool {
        var act = AdministrativeAct(
            action,
            by: Operator(userID: caller.userID, name: UserDatabase.name(of: caller.userID))
        )
        act.agent = agent
        act.refusal = refusal
        act.detail = detail
        return records.record(.act(act))
    }
}
