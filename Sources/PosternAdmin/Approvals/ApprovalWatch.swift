internal import Dispatch
internal import Synchronization

/// Wakes those who wait for something to happen to an approval.
final class ApprovalWatch: Sendable {
    /// The most who may wait at once; whoever comes then does not wait.
    private static let maxCount = 4096

    private struct State {
        var lastNumber = 0
        var waiting: [String: [Place]] = [:]
        var count = 0
        var isOver = false
    }

    private let state = Mutex(State())

    /// Takes a place, which is woken by everything that happens from now on; `nil` if there is none left.
    func take(_ id: String) -> Place? {
        state.withLock { state in
            guard !state.isOver, state.count < ApprovalWatch.maxCount else { return nil }
            state.lastNumber += 1
            state.count += 1
            let place = Place(approval: id, number: state.lastNumber)
            state.waiting[id, default: []].append(place)
            return place
        }
    }

    /// Gives a place up.
    func leave(_ place: Place) {
        state.withLock { state in
            guard var places = state.waiting[place.approval],
                let index = places.firstIndex(where: { $0.number == place.number })
            else { return }
            places.remove(at: index)
            state.waiting[place.approval] = places.isEmpty ? nil : places
            state.count -= 1
        }
    }

    /// Whether nobody took a place after this one was.
    func isNewest(_ place: Place) -> Bool {
        state.withLock { $0.waiting[place.approval]?.last?.number == place.number }
    }

    /// Wakes everybody who waits for an approval.
    func wake(_ id: String) {
        let places = state.withLock { $0.waiting[id] ?? [] }
        for place in places { place.wake() }
    }

    /// Wakes everybody, and lets nobody wait any more.
    func end() {
        let places = state.withLock { state in
            state.isOver = true
            return state.waiting.values.flatMap { $0 }
        }
        for place in places { place.wake() }
    }

    /// Whether nobody may wait any more.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Somebody who waits.
    final class Place: Sendable {
        let approval: String
        /// Higher than everybody's who came before.
        let number: Int
        private let state = Mutex(State.idle)

        private enum State {
            case idle
            case waiting(CheckedContinuation<Void, Never>)
            case woken
        }

        fileprivate init(approval: String, number: Int) {
            self.approval = approval
            self.number = number
        }

        /// Waits to be woken, at most so long; returns at once if that has happened since the last time.
        func wait(atMost duration: Duration) async {
            let (seconds, attoseconds) = max(duration, .zero).components
            let nanoseconds = Int(clamping: min(seconds, 86_400) * 1_000_000_000 + attoseconds / 1_000_000_000)
            await withCheckedContinuation { continuation in
                let isWoken = state.withLock { state in
                    if case .woken = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                guard !isWoken else { return continuation.resume() }
                DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in
                    self?.wake()
                }
            }
            state.withLock { $0 = .idle }
        }

        fileprivate func wake() {
            let continuation = state.withLock { state in
                defer { state = .woken }
                if case .waiting(let continuation) = state { return continuation as CheckedContinuation<Void, Never>? }
                return nil
            }
            continuation?.resume()
        }
    }
}
