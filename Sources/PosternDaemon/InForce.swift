internal import CLinux
internal import Logging
internal import PosternAdmin
internal import PosternConfig
internal import PosternCore
internal import PosternProxy
internal import Synchronization

/// What is in force, and how something else is put in its place.
///
/// @unchecked: everything but the constants is used only in work that ``Administration`` does alone.
final class InForce: @unchecked Sendable {
    let server: ProxyServer
    let live: LiveDirectory
    /// What the event loops go by, for everybody else.
    let published: PublishedDirectory
    private(set) var settings: ProxySettings { didSet { asked.withLock { $0 = settings } } }
    private let asked: Mutex<ProxySettings>
    /// What the daemon was started with, some of which holds until it ends.
    private let started: ProxySettings
    private let records: AdministrativeLog
    private let logger: Logger
    /// What has changed and is not yet in force.
    private var pending = Impact.none

    init(
        server: ProxyServer,
        live: LiveDirectory,
        settings: ProxySettings,
        records: AdministrativeLog,
        logger: Logger
    ) {
        self.server = server
        self.live = live
        published = PublishedDirectory(live.directory)
        self.settings = settings
        started = settings
        asked = Mutex(settings)
        self.records = records
        self.logger = logger
    }

    /// The settings, for any thread.
    var currentSettings: ProxySettings { asked.withLock { $0 } }

    /// Puts a change of the store in force; returns whether every event loop goes by it.
    ///
    /// Where the store cannot be read nobody is let through by what it said before, until it can.
    func enforce(_ impact: Impact) throws -> Bool {
        pending.formUnion(impact)
        do { try live.apply(pending) } catch {
            logger.critical(
                "the store cannot be read, so none of its agents is served",
                metadata: ["reason": "\(error)"]
            )
            try live.withdrawStore()
            _ = apply()
            throw error
        }
        guard apply() else { return false }
        pending = .none
        for problem in live.problems { logger.error("the store holds something that cannot be used: \(problem)") }
        return true
    }

    /// Tries again what could not be put in force, and takes out what has ended by itself; `now` is in seconds since 1970.
    func settle(at now: Int64) throws {
        if pending.isEmpty, !live.isWithdrawn {
            let ended = live.ended(at: now)
            if !ended.isEmpty { _ = try enforce(ended) }
        } else {
            try live.replaceDeclarations(live.declared)
            if apply() { pending = .none }
        }
    }

    private func apply() -> Bool {
        published.publish(live.directory)
        return server.apply(ProxySnapshot(settings: settings, directory: live.directory), adding: [])
    }

    /// Puts another configuration in force.
    ///
    /// - Returns: what its author should know.
    /// - Throws: why it was refused; all stays as it was then.
    func adopt(_ configuration: Configuration) throws -> [String] {
        guard !configuration.contents.agents.isEmpty || live.declaredAgents.isEmpty else {
            // Far more likely a file that is still being written than the wish to lock everybody out.
            throw ReloadRefusal("the file declares no agent any more; stop the daemon if nobody is to be served")
        }
        let former = live.declared
        try live.replaceDeclarations(configuration.contents)
        do {
            let next = ProxySnapshot(settings: configuration.settings, directory: live.directory)
            let added = try server.bindAdditions(of: next)
            guard records.record(.reload(configuration.counts)) else {
                throw ReloadRefusal("the audit log could not be written")
            }
            published.publish(live.directory)
            guard server.apply(next, adding: added) else {
                throw ReloadRefusal("an event loop is stuck and may still go by the old configuration")
            }
        } catch {
            try live.replaceDeclarations(former)
            published.publish(live.directory)
            throw error
        }
        defer { settings = configuration.settings }
        return needingRestart(configuration.settings) + unattended(configuration.settings)
    }

    /// Listeners that are an agent's which does not exist.
    func unattended(_ settings: ProxySettings) -> [String] {
        settings.listeners.compactMap { listener in
            guard let agent = listener.agent, published.directory.agent(named: agent) == nil else { return nil }
            return "there is no agent \(agent), so \(listener.address) refuses whoever connects until there is one"
        }
    }

    private func needingRestart(_ new: ProxySettings) -> [String] {
        let differ: [(name: String, isSame: Bool)] = [
            ("event_loops", started.eventLoops == new.eventLoops),
            ("state_dir", started.stateDirectory == new.stateDirectory),
            ("[audit]", started.audit == new.audit),
            ("[store]", started.masterKey == new.masterKey),
            ("[control]", started.controlSocket == new.controlSocket),
            ("[portal]", started.portal == new.portal),
            ("[identity]", started.userTokens == new.userTokens),
            ("[api]", started.api == new.api),
            ("[approvals]", started.approvals == new.approvals),
            ("`socket` of [run]", started.run.socket == new.run.socket),
        ]
        return differ.filter { !$0.isSame }.map { "what \($0.name) says now takes effect at the next start" }
    }

    /// When keys were last used, in nanoseconds since 1970 by id, of those used since the last call.
    func takeKeyUses() -> [String: Int64] {
        var uses: [String: Int64] = [:]
        for key in live.directory.heldKeys {
            if let id = key.id, let seconds = key.takeLastUse() { uses[id] = seconds * 1_000_000_000 }
        }
        return uses
    }

    /// Says what would become of a request.
    func explain(agent: String, method: String, url: String, body: [UInt8]?) -> Explanation {
        RequestPipeline().explain(
            agent: agent,
            method: method,
            url: url,
            body: body,
            in: live.directory,
            nowSeconds: postern_realtime_ns() / 1_000_000_000
        )
    }
}

/// Why a configuration was not put in force.
struct ReloadRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
