internal import Synchronization

/// Lets a number of tasks go on at once, and others wait for their turn in order.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let maxWaiting: Int

    init(atOnce: Int, maxWaiting: Int) {
        state = Mutex(State(free: atOnce))
        self.maxWaiting = maxWaiting
    }

    /// Waits for a turn, which has to be given back; `false` if too many wait already.
    func take() async -> Bool {
        let isFull = state.withLock { $0.free == 0 && $0.waiting.count >= maxWaiting }
        if isFull { return false }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        return true
    }

    /// Gives a turn to whoever has waited longest.
    func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
