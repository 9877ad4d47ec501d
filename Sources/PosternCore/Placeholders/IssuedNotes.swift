internal import Synchronization

/// What clients said when they asked for placeholders, for the records of the requests in which those come back.
///
/// It is kept in memory alone, and lost at a restart: nothing is decided by it.
final class IssuedNotes: Sendable {
    private static let maxKept = 32_768

    private struct Note {
        let attribution: CallAttribution
        let endsAt: Int64
    }

    private struct State {
        var notes: [[UInt8]: Note] = [:]
        /// Before when there is nothing to be forgotten.
        var nextEnd = Int64.max
    }

    private let state = Mutex(State())

    /// Keeps what was said for one placeholder, until its end in seconds since 1970.
    func keep(_ attribution: CallAttribution, for serial: [UInt8], until endsAt: Int64, now: Int64) {
        state.withLock { state in
            if now >= state.nextEnd {
                state.notes = state.notes.filter { $0.value.endsAt > now }
                state.nextEnd = state.notes.values.lazy.map(\.endsAt).min() ?? .max
            }
            guard state.notes.count < IssuedNotes.maxKept else { return }
            state.notes[serial] = Note(attribution: attribution, endsAt: endsAt)
            state.nextEnd = min(state.nextEnd, endsAt)
        }
    }

    /// What was said for a placeholder.
    func attribution(of serial: [UInt8]) -> CallAttribution? { state.withLock { $0.notes[serial]?.attribution } }
}
