internal import Dispatch
internal import Foundation
internal import Logging
internal import PosternAdmin
internal import PosternConfig
internal import PosternCore
internal import PosternEventLoop
internal import Synchronization

/// Reads the configuration anew and puts it in force, or keeps the old one.
struct Reload: Sendable {
    let loader: ConfigurationLoader
    let administration: Administration
    let inForce: InForce
    let records: AdministrativeLog
    let logger: Logger
    /// Reloads take turns from the reading on, so that none puts an older file in force than one that has returned.
    private let turn = DispatchSemaphore(value: 1)

    init(
        loader: ConfigurationLoader,
        administration: Administration,
        inForce: InForce,
        records: AdministrativeLog,
        logger: Logger
    ) {
        self.loader = loader
        self.administration = administration
        self.inForce = inForce
        self.records = records
        self.logger = logger
    }

    /// What was put in force.
    struct Result {
        /// How much it declares, for people.
        let summary: String
        /// What the author of the file should know.
        let warnings: [String]
    }

    /// Reloads, and calls `meanwhile` every `interval` while helper programs take their time.
    ///
    /// - Throws: why the configuration was refused, which is recorded.
    func perform(every interval: Duration, _ meanwhile: () -> Void = {}) throws -> Result {
        let nanoseconds = Int(clamping: interval.wholeNanoseconds)
        while turn.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .timedOut { meanwhile() }
        defer { turn.signal() }
        do {
            let configuration = try load(every: interval, meanwhile)
            let warnings = try administration.aloneNow { try inForce.adopt(configuration) }
            for warning in warnings { logger.warning("\(warning)") }
            logger.info("reloaded", metadata: ["configuration": "\(configuration.summary)"])
            return Result(summary: configuration.summary, warnings: warnings)
        } catch {
            // The record of a reload that could not be written may yet be, when there is room again; this one then stands
            // behind it.
            records.record(.reloadFailed(reason: "\(error)"))
            logger.error("reload refused; the old configuration stays in force", metadata: ["reason": "\(error)"])
            throw error
        }
    }

    private func load(every interval: Duration, _ meanwhile: () -> Void) throws -> Configuration {
        let loading = Loading()
        Thread { [loader] in
            loading.result.withLock { $0 = Swift.Result { try loader.load() } }
            loading.done.signal()
        }.start()
        while !loading.done.wait(for: interval) { meanwhile() }
        guard let result = loading.result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }

    /// Where the reading thread leaves what it read.
    private final class Loading: Sendable {
        let done = Latch()
        let result = Mutex<Swift.Result<Configuration, any Error>?>(nil)
    }
}
