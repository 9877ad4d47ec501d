internal import CLinux
internal import Glibc
internal import PosternCore
internal import PosternEventLoop
internal import Synchronization

/// Records acts on the daemon itself.
struct AdministrativeLog {
    private static let patience = Duration.seconds(5)
    private let sink: any AuditSink

    init(_ sink: any AuditSink) { self.sink = sink }

    /// Writes a record and waits for it; returns whether it is in the log.
    ///
    /// One that is not is written when it can be.
    @discardableResult
    func record(_ action: AdministrativeRecord.Action) -> Bool {
        var batch = AuditBatch()
        batch.append(
            AdministrativeRecord(time: postern_realtime_ns(), action: action, processID: getpid())
        )
        let settled = Latch()
        let result = Reported()
        sink.submit(batch) { recorded in
            result.value.withLock { $0 = recorded }
            settled.signal()
        }
        guard settled.wait(for: AdministrativeLog.patience) else { return false }
        return result.value.withLock { $0 }
    }

    /// What the sink's thread reports.
    private final class Reported: Sendable {
        let value = Mutex(false)
    }
}
