internal import Logging
internal import PosternAdmin
internal import PosternAudit
internal import PosternConfig
internal import PosternCore
internal import PosternStore
internal import Synchronization

/// The state directory, opened: the audit log, the store, and the directory that is compiled from them and a configuration.
final class OpenedState: Sendable {
    let settings: ProxySettings
    let audit: AuditLog
    let records: AdministrativeLog
    let store: SQLiteStore
    let opening: StoreOpening
    let placeholders: PlaceholderKey
    /// Used by work that is done alone, and before there is any other.
    let live: LiveDirectory
    private let health: AuditHealth

    /// Opens everything, in the order in which one thing keeps a second daemon from touching the next.
    init(
        for configuration: Configuration,
        _ environment: StartEnvironment,
        _ options: Daemon.Options,
        _ logger: Logger
    ) throws {
        settings = configuration.settings
        let health = AuditHealth()
        self.health = health
        audit = try AuditLog(stateDirectory: settings.stateDirectory, settings: settings.audit) { event in
            health.note(event)
            event.log(to: logger)
        }
        records = AdministrativeLog(audit)
        placeholders = try PlaceholderKeyFile(stateDirectory: settings.stateDirectory).open()
        opening = StoreOpening(
            settings: settings,
            environment: environment.variables,
            acceptsRestored: options.acceptsRestoredStore
        )
        store = try opening.open()
        if let seen = store.replaced { try OpenedState.note(replaced: seen, records, logger) }
        live = try LiveDirectory(store, declared: configuration.contents, placeholders: placeholders)
        for problem in live.problems { logger.error("the store holds something that cannot be used: \(problem)") }
    }

    /// Leaves a trace of a store in which what was revoked since may be in force again.
    private static func note(replaced seen: Int, _ records: AdministrativeLog, _ logger: Logger) throws {
        logger.warning("an older copy of the store was taken", metadata: ["seen_generation": "\(seen)"])
        var act = AdministrativeAct("store_restore", by: .daemon)
        act.detail = "an older copy of the store was taken; generation \(seen) had been seen"
        guard records.record(.act(act)) else { throw AdministrationError.auditUnavailable }
    }

    /// Whether the audit log takes records.
    var isAuditWritable: Bool { health.isWritable }

    /// The use cases, which put changes in force by `enforce`.
    ///
    /// `gateway` is told of tokens that are not used any more.
    func administration(
        telling gateway: (any OAuthGateway)? = nil,
        enforcing enforce: @escaping @Sendable (Impact) throws -> Bool
    ) -> Administration {
        let live = live
        var tell: @Sendable ([ForgottenToken]) -> Void = { _ in }
        if let gateway { tell = ForgottenToken.tell(gateway) }
        return Administration(
            store: store,
            sink: audit,
            reservedNames: { live.declaredAgents },
            providerResolver: { name in live.declared.providers.first { $0.name == name } },
            tellProviders: tell,
            enforce: enforce
        )
    }
}

/// What the audit log said last about itself.
private final class AuditHealth: Sendable {
    private let isFailing = Atomic<Bool>(false)

    var isWritable: Bool { !isFailing.load(ordering: .relaxed) }

    func note(_ event: AuditLogEvent) {
        switch event {
        case .failing: isFailing.store(true, ordering: .relaxed)
        case .recovered: isFailing.store(false, ordering: .relaxed)
        case .checkpoint, .segment, .tornLine, .rotationFailed: break
        }
    }
}
