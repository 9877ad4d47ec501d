internal import CLinux
internal import Dispatch
package import PosternCore
internal import Synchronization

/// Remembers nonces in memory and in the store.
///
/// All that wait are written in one transaction; the next batch forms meanwhile, so that the number of writes does not grow
/// with the number of requests. No holder has more of them than there is room left, so that one, even one whom nothing is
/// allowed any more, cannot have the others refused.
package final class SQLiteNonces: NonceLedger {
    /// The most that are remembered at once: some 40 MiB.
    package static let capacity = 500_000

    private struct Waiting {
        let nonce: SQLiteStore.Nonce
        let continuation: CheckedContinuation<NonceAdmission, Never>
    }

    private struct State {
        var seen: [KeyDigest: (holder: String, expiresAt: Int64)] = [:]
        var counts: [String: Int] = [:]
        var waiting: [Waiting] = []
        var isWriting = false
        /// When those that have ended are looked for next.
        var purgesAt: Int64
        /// Before which they are to be forgotten in the store too, with the next batch.
        var forgetsBefore: Int64?

        mutating func remember(_ nonce: SQLiteStore.Nonce) {
            seen[nonce.digest] = (nonce.holder, nonce.expiresAt)
            counts[nonce.holder, default: 0] += 1
        }

        mutating func forget(_ nonce: SQLiteStore.Nonce) {
            guard seen.removeValue(forKey: nonce.digest) != nil, let count = counts[nonce.holder] else { return }
            counts[nonce.holder] = count > 1 ? count - 1 : nil
        }

        func isCrowded(by holder: String, _ capacity: Int) -> Bool {
            counts[holder, default: 0] >= capacity - seen.count
        }

        /// Forgets those that have ended, unless that was done just now.
        mutating func purge(at time: Int64) {
            guard time >= purgesAt else { return }
            seen = seen.filter { $0.value.expiresAt > time }
            counts = seen.values.reduce(into: [:]) { $0[$1.holder, default: 0] += 1 }
            purgesAt = time + SQLiteNonces.purgeInterval
            forgetsBefore = time
        }
    }

    private enum Step {
        case answer(NonceAdmission)
        case write
        case wait
    }

    private let store: SQLiteStore
    private let capacity: Int
    private let now: @Sendable () -> Int64
    private let report: @Sendable (StoreError) -> Void
    /// All that there are have to be looked at, so not for every request.
    private static let purgeInterval: Int64 = 10_000_000_000
    private let queue = DispatchQueue(label: "postern.nonces")
    private let state: Mutex<State>

    /// Remembers what the store does.
    ///
    /// `report` is told why nonces could not be written.
    package init(
        _ store: SQLiteStore,
        capacity: Int = SQLiteNonces.capacity,
        now: @escaping @Sendable () -> Int64 = { postern_realtime_ns() },
        report: @escaping @Sendable (StoreError) -> Void = { _ in }
    ) throws(StoreError) {
        self.store = store
        self.capacity = capacity
        self.now = now
        self.report = report
        let time = now()
        var known = State(purgesAt: time)
        for nonce in try store.nonces(at: time) { known.remember(nonce) }
        state = Mutex(known)
    }

    package func admit(_ digest: KeyDigest, of holder: String, until expiresAt: Int64) async -> NonceAdmission {
        await withCheckedContinuation { continuation in
            let waiting = Waiting(
                nonce: SQLiteStore.Nonce(digest: digest, holder: holder, expiresAt: expiresAt),
                continuation: continuation
            )
            switch take(waiting) {
            case .answer(let answer): continuation.resume(returning: answer)
            case .write: queue.async { self.writeAll() }
            case .wait: break
            }
        }
    }

    private func take(_ waiting: Waiting) -> Step {
        let time = now()
        return state.withLock { state in
            guard state.seen[waiting.nonce.digest] == nil else { return .answer(.replayed) }
            let holder = waiting.nonce.holder
            if state.isCrowded(by: holder, capacity) { state.purge(at: time) }
            guard state.seen.count < capacity else { return .answer(.unavailable) }
            guard !state.isCrowded(by: holder, capacity) else { return .answer(.crowded) }
            state.remember(waiting.nonce)
            state.waiting.append(waiting)
            guard !state.isWriting else { return .wait }
            state.isWriting = true
            return .write
        }
    }

    /// Writes batch after batch until none waits.
    private func writeAll() {
        while let (batch, forgettingBefore) = nextBatch() {
            var answer = NonceAdmission.fresh
            do throws(StoreError) { try store.note(batch.map(\.nonce), forgettingBefore: forgettingBefore) } catch {
                report(error)
                answer = .unavailable
                // Whoever asked was refused, and may ask again.
                state.withLock { state in for each in batch { state.forget(each.nonce) } }
            }
            for each in batch { each.continuation.resume(returning: answer) }
        }
    }

    /// What waits, and the time before which nonces are to be forgotten, now and then.
    private func nextBatch() -> (batch: [Waiting], forgettingBefore: Int64?)? {
        let time = now()
        return state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            state.purge(at: time)
            defer {
                state.waiting = []
                state.forgetsBefore = nil
            }
            return (state.waiting, state.forgetsBefore)
        }
    }
}
