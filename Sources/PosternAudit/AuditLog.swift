internal import Glibc
package import PosternCore

/// The audit log of a running daemon: JSON lines in segment files, each chained to the one before.
///
/// Batches are copied into a queue and written by one thread, many with one system call; the thread is woken only
/// when it sleeps. The format and what it proves: `docs/audit-format.md`.
///
/// - Nothing waits for ever: `submit` never blocks on the disk, and ``close(within:)`` has a deadline.
/// - Nothing grows for ever: the queue and the records kept while the disk is full are bounded (``AuditLogLimits``).
package final class AuditLog: AuditSink {
    private let queue: AuditQueue
    private let end = WriterEnd()

    /// Opens or creates the log below a state directory, continues its chain and starts the writer.
    ///
    /// `onEvent` is told of checkpoints, failures and recoveries, here or on the writer's thread; it must not block.
    ///
    /// - Throws: if another daemon holds the log, if its end cannot be understood, or if nothing can be written.
    package init(
        stateDirectory: String,
        settings: AuditSettings,
        limits: AuditLogLimits = AuditLogLimits(),
        onEvent: @escaping @Sendable (AuditLogEvent) -> Void = { _ in }
    ) throws(AuditLogError) {
        let queue = AuditQueue(limits: limits)
        let writer = try AuditWriter(
            directory: AuditDirectory(stateDirectory: stateDirectory),
            settings: settings,
            limits: limits,
            queue: queue,
            onEvent: onEvent
        )
        self.queue = queue
        try WriterThread.start(writer, end)
    }

    deinit { queue.close(endsAt: SystemClock.monotonic()) }

    package func submit(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (Bool) -> Void) {
        if !queue.append(batch, completion: completion) { completion(false) }
    }

    /// Writes what waits and a last checkpoint, and gives the lock back.
    ///
    /// Batches submitted from now on are refused.
    ///
    /// - Returns: whether all of that was done in time.
    @discardableResult
    package func close(within limit: Duration) -> Bool {
        // The writer gives up earlier than its caller, so that it has let go of the lock when this returns.
        let now = SystemClock.monotonic()
        queue.close(endsAt: now + limit.nanoseconds / 4 * 3)
        return end.wait(until: now + limit.nanoseconds)
    }
}
