internal import Foundation
internal import Glibc
internal import Logging
internal import PosternAudit
internal import PosternConfig
internal import PosternCore
internal import PosternEventLoop
internal import PosternProxy
internal import Synchronization

/// A daemon that serves: waits for signals, and in between tells the service manager that it is well.
struct Service {
    let server: ProxyServer
    let administration: AdministrativeLog
    let loader: ConfigurationLoader
    var snapshot: ProxySnapshot
    let signals: SignalDescriptor
    let manager: ServiceManager
    let logger: Logger

    /// Serves until told to stop and all is ended.
    mutating func run() {
        for address in server.addresses { logger.info("listening", metadata: ["address": "\(address)"]) }
        logger.info("ready", metadata: ["version": "\(Version.current)"])
        manager.notify("READY=1\nSTATUS=Serving")
        while true {
            switch signals.wait(for: manager.watchdogInterval) {
            case SIGHUP: reload()
            case SIGTERM, SIGINT:
                stop()
                return
            default: break
            }
            // A loop that no longer turns must not be hidden by a thread that still does.
            if server.isAlive() { manager.notify("WATCHDOG=1") } else { logger.critical("an event loop is stuck") }
        }
    }

    /// Puts a new configuration in force, or keeps the old one and says why.
    private mutating func reload() {
        manager.notify("RELOADING=1\nMONOTONIC_USEC=\(Instant.now.nanoseconds / 1000)")
        defer { manager.notify("READY=1") }
        do {
            let configuration = try loadWhileWatched()
            guard !configuration.contents.agents.isEmpty || snapshot.directory.agents.isEmpty else {
                // Far more likely a file that is still being written than the wish to lock everybody out.
                throw EmptyConfiguration()
            }
            let directory = try Directory(configuration.contents, replacing: snapshot.directory)
            let next = ProxySnapshot(settings: configuration.settings, directory: directory)
            let added = try server.bindAdditions(of: next)
            guard administration.record(.reload(configuration.counts)) else {
                // The record of a reload may yet be written when there is room again; this one then stands behind it.
                administration.record(.reloadFailed(reason: "the audit log could not be written"))
                logger.error("reload refused: the audit log cannot be written; the old configuration stays in force")
                return
            }
            guard server.apply(next, adding: added) else {
                logger.critical("an event loop is stuck and may still go by the old configuration")
                return
            }
            noteWhatNeedsRestart(snapshot.settings, next.settings)
            snapshot = next
            logger.info("reloaded", metadata: ["configuration": "\(configuration.summary)"])
        } catch {
            // Not recorded as a success and undone: the record says that this configuration was refused.
            administration.record(.reloadFailed(reason: "\(error)"))
            logger.error("reload refused; the old configuration stays in force", metadata: ["reason": "\(error)"])
        }
    }

    /// Reads the configuration on a thread of its own, since its helper programs may take longer than the service manager
    /// waits for a sign of life.
    private func loadWhileWatched() throws -> Configuration {
        let loading = Loading()
        Thread { [loader] in
            loading.result.withLock { $0 = Result { try loader.load() } }
            loading.done.signal()
        }.start()
        while !loading.done.wait(for: manager.watchdogInterval) { manager.notify("WATCHDOG=1") }
        guard let result = loading.result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }

    /// Where the reading thread leaves what it read.
    private final class Loading: Sendable {
        let done = Latch()
        let result = Mutex<Result<Configuration, any Error>?>(nil)
    }

    private func noteWhatNeedsRestart(_ old: ProxySettings, _ new: ProxySettings) {
        if old.eventLoops != new.eventLoops || old.stateDirectory != new.stateDirectory || old.audit != new.audit {
            logger.warning("event_loops, state_dir and [audit] take effect at the next start")
        }
    }

    private struct EmptyConfiguration: Error, CustomStringConvertible {
        let description = "the file declares no agent any more; stop the daemon if nobody is to be served"
    }

    /// Lets exchanges under way end, for as long as the configuration says or until told again.
    private func stop() {
        manager.notify("STOPPING=1\nSTATUS=Draining")
        logger.info("stopping", metadata: ["connections": "\(server.connectionCount)"])
        server.drain()
        let deadline = Instant.now + snapshot.settings.timeouts.drain
        while server.connectionCount > 0, Instant.now < deadline {
            let signal = signals.wait(for: .milliseconds(50))
            if signal == SIGTERM || signal == SIGINT { break }
        }
        let left = server.connectionCount
        if left > 0 { logger.warning("cutting exchanges that still run", metadata: ["connections": "\(left)"]) }
        server.abandon()
        administration.record(.stop(reason: left > 0 ? "cut \(left) connections" : "drained"))
        logger.info("stopped")
    }
}
