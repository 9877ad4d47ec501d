import PosternCore
import Synchronization

/// An audit log in memory, which can be made to refuse.
final class RecordingAuditSink: AuditSink {
    private struct State {
        var lines: [String] = []
        var refused: [String] = []
        var refuses = false
        var isStuck = false
    }

    private let state = Mutex(State())

    /// Whether it takes nothing but what has happened already.
    var refuses: Bool {
        get { state.withLock { $0.refuses } }
        set { state.withLock { $0.refuses = newValue } }
    }

    /// Whether it takes what it is given and never says so.
    var isStuck: Bool {
        get { state.withLock { $0.isStuck } }
        set { state.withLock { $0.isStuck = newValue } }
    }

    /// The records that it took.
    var lines: [String] { state.withLock { $0.lines } }
    /// The records that it was given and refused.
    var refused: [String] { state.withLock { $0.refused } }
    /// The last record that it took.
    var last: String { lines.last ?? "" }

    func forget() { state.withLock { $0.lines = [] } }

    func submit(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (_ intentsRecorded: Bool) -> Void) {
        let records = zip(batch.lines, batch.entries).map { (line: $0, isIntent: $1.isIntent) }
        let takesAll = state.withLock { state in
            let takesAll = !state.refuses
            state.lines += records.filter { takesAll || !$0.isIntent }.map(\.line)
            state.refused += records.filter { !takesAll && $0.isIntent }.map(\.line)
            return takesAll
        }
        if !isStuck { completion(takesAll) }
    }
}
