internal import PosternCore
internal import Synchronization

/// Between the event loops and the writer's thread: records wait here for the next group.
final class AuditQueue: Sendable {
    /// What the writer takes besides the records.
    struct Orders: Sendable {
        /// Records that found no room and are lost.
        var dropped = 0
        /// The monotonic time at which the writer must have ended, once it was told to.
        var endsAt: Int64?
    }

    private struct State: Sendable {
        var pending = PendingRecords()
        var orders = Orders()
        var isWriterIdle = false
    }

    private let state = Mutex(State())
    private let parker = Parker()
    private let limits: AuditLogLimits

    init(limits: AuditLogLimits) { self.limits = limits }

    /// Copies a batch, and wakes the writer if it sleeps.
    ///
    /// - Returns: whether the batch was taken whole. If not, its intents are refused; the other records were kept as
    ///   far as there is room for them, and counted where there is not.
    func append(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (Bool) -> Void) -> Bool {
        let length = batch.withBytes { $0.count }
        let (isTaken, wakes) = state.withLock { state in
            if state.orders.endsAt == nil, state.pending.bytes.count + length <= limits.pendingBytes {
                state.pending.append(batch, completion: completion)
                let wakes = state.isWriterIdle
                state.isWriterIdle = false
                return (true, wakes)
            }
            if batch.intentCount < batch.entries.count { keepFacts(of: batch, in: &state) }
            return (false, false)
        }
        if wakes { parker.wake() }
        return isTaken
    }

    /// Tells the writer to write what is left and to end.
    func close(endsAt: Int64) {
        state.withLock { state in
            state.orders.endsAt = state.orders.endsAt ?? endsAt
            state.isWriterIdle = false
        }
        parker.wake()
    }

    /// Swaps the waiting records for the emptied `taken`, after waiting for some until the monotonic time `wakeAt`.
    func take(_ taken: inout PendingRecords, wakeAt: Int64?) -> Orders {
        while true {
            parker.reset()
            let wait = wakeAt.map { $0 - SystemClock.monotonic() }
            let isDue = wait.map { $0 <= 0 } ?? false
            let orders: Orders? = state.withLock { state in
                let isIdle = state.pending.isEmpty && state.orders.dropped == 0 && state.orders.endsAt == nil && !isDue
                state.isWriterIdle = isIdle
                if isIdle { return nil }
                swap(&taken, &state.pending)
                defer { state.orders.dropped = 0 }
                return state.orders
            }
            if let orders { return orders }
            parker.sleep(nanoseconds: wait)
        }
    }

    /// Keeps the records of a refused batch that tell of something that has happened.
    private func keepFacts(of batch: borrowing AuditBatch, in state: inout State) {
        batch.withBytes { bytes in
            var start = 0
            for entry in batch.entries {
                defer { start = entry.end }
                if entry.isIntent { continue }
                let fits = state.pending.bytes.count + entry.end - start <= limits.pendingBytes + limits.backlogBytes
                if fits, state.orders.endsAt == nil {
                    state.pending.append(UnsafeRawBufferPointer(rebasing: bytes[start..<entry.end]))
                } else {
                    state.orders.dropped += 1
                }
            }
        }
    }
}
