internal import CLinux
internal import Dispatch
internal import Glibc
internal import PosternCore
internal import Synchronization

/// Records the acts of operators.
struct ActJournal: Sendable {
    private static let patience = DispatchTimeInterval.seconds(5)
    private let sink: any AuditSink

    init(_ sink: any AuditSink) { self.sink = sink }

    /// Writes records of acts that are about to take effect; returns whether all are in the log.
    ///
    /// If they are not they must not take effect, and are not written later.
    func record(_ acts: [AdministrativeAct]) -> Bool {
        guard !acts.isEmpty else { return true }
        let settled = DispatchSemaphore(value: 0)
        let result = Reported()
        // As an intent, which the log refuses where it would keep a fact until it can be written.
        sink.submit(batch(acts, isIntent: true)) { isRecorded in
            result.value.withLock { $0 = isRecorded }
            settled.signal()
        }
        guard settled.wait(timeout: .now() + ActJournal.patience) == .success else { return false }
        return result.value.withLock { $0 }
    }

    /// Writes the record of an act that did not take effect, now or as soon as the log can be written.
    func note(_ act: AdministrativeAct) { sink.submit(batch([act], isIntent: false)) { _ in } }

    private func batch(_ acts: [AdministrativeAct], isIntent: Bool) -> AuditBatch {
        var batch = AuditBatch()
        for act in acts {
            let record = AdministrativeRecord(time: postern_realtime_ns(), action: .act(act), processID: getpid())
            batch.append(isIntent: isIntent) { record.encode(into: &$0) }
        }
        return batch
    }

    /// What the sink's thread reports.
    private final class Reported: Sendable {
        let value = Mutex(false)
    }
}
