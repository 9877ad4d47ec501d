internal import Glibc
internal import Logging
internal import PosternAdmin
internal import PosternCore
internal import PosternEventLoop
internal import PosternProxy

/// A daemon that serves: waits for signals, and in between tells the service manager that it is well.
struct Service {
    let inForce: InForce
    let administration: Administration
    let records: AdministrativeLog
    let reload: Reload
    let control: ControlPlane
    let signals: SignalDescriptor
    let manager: ServiceManager
    let logger: Logger

    private var server: ProxyServer { inForce.server }

    /// Serves until told to stop and all is ended.
    func run() {
        for address in server.addresses { logger.info("listening", metadata: ["address": "\(address)"]) }
        for warning in inForce.unattended(inForce.currentSettings) { logger.warning("\(warning)") }
        logger.info("ready", metadata: ["version": "\(Version.current)"])
        manager.notify("READY=1\nSTATUS=Serving")
        while true {
            switch signals.wait(for: manager.watchdogInterval) {
            case SIGHUP: reloadConfiguration()
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
    private func reloadConfiguration() {
        manager.notify("RELOADING=1\nMONOTONIC_USEC=\(Instant.now.nanoseconds / 1000)")
        defer { manager.notify("READY=1") }
        // What comes of it is in the log.
        _ = try? reload.perform(every: manager.watchdogInterval) { manager.notify("WATCHDOG=1") }
    }

    /// Lets exchanges under way end, for as long as the configuration says or until told again.
    private func stop() {
        manager.notify("STOPPING=1\nSTATUS=Draining")
        logger.info("stopping", metadata: ["connections": "\(server.connectionCount)"])
        control.stop()
        let drain = administration.aloneNow {
            server.drain()
            return inForce.settings.timeouts.drain
        }
        let deadline = Instant.now + drain
        while server.connectionCount > 0, Instant.now < deadline {
            let signal = signals.wait(for: .milliseconds(50))
            if signal == SIGTERM || signal == SIGINT { break }
        }
        let left = server.connectionCount
        if left > 0 { logger.warning("cutting exchanges that still run", metadata: ["connections": "\(left)"]) }
        server.abandon()
        records.record(.stop(reason: left > 0 ? "cut \(left) connections" : "drained"))
        logger.info("stopped")
    }
}
