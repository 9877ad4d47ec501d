internal import Synchronization

/// What clients said when they asked for placeholders, for the records of the requests in which those come back.
///
/// It is kept in memory alone, and lost at a restart: nothing is decided by it. Each principal has a share, of which the oldest
/// goes first.
final class IssuedNotes: Sendable {
    private static let maxOfOne = 512
    private static let maxKept = 8192

    private struct Note {
        let attribution: CallAttribution
        let endsAt: Int64
    }

    private struct State {
        var notes: [[UInt8]: Note] = [:]
        /// The placeholders of each principal, the oldest first.
        var serials: [IssuedPlaceholders.Principal: [[UInt8]]] = [:]
        /// Before when there is nothing to be forgotten.
        var nextEnd = Int64.max

        mutating func forgetEnded(_ now: Int64) {
            guard now >= nextEnd else { return }
            notes = notes.filter { $0.value.endsAt > now }
            nextEnd = notes.values.lazy.map(\.endsAt).min() ?? .max
            for (principal, known) in serials {
                let left = known.filter { notes[$0] != nil }
                serials[principal] = left.isEmpty ? nil : left
            }
        }
    }

    private let state = Mutex(State())

    /// Keeps what was said for one placeholder, until its end in seconds since 1970.
    func keep(
        _ attribution: CallAttribution,
        for serial: [UInt8],
        of principal: IssuedPlaceholders.Principal,
        until endsAt: Int64,
        now: Int64
    ) {
        state.withLock { state in
            state.forgetEnded(now)
            var own = state.serials[principal] ?? []
            if own.count >= IssuedNotes.maxOfOne { state.notes[own.removeFirst()] = nil }
            guard state.notes.count < IssuedNotes.maxKept else { return }
            own.append(serial)
            state.serials[principal] = own
            state.notes[serial] = Note(attribution: attribution, endsAt: endsAt)
            state.nextEnd = min(state.nextEnd, endsAt)
        }
    }

    /// What was said for a placeholder.
    func attribution(of serial: [UInt8]) -> CallAttribution? { state.withLock { $0.notes[serial]?.attribution } }
}
