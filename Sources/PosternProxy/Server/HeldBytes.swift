internal import PosternCore
internal import Synchronization

/// What is held of bodies that are looked into or signed: in all, and for each who sends them, so that none keeps the
/// others from being served.
final class HeldBytes: Sendable {
    private static let maxBytes = 64 << 20
    private static let maxBytesOfOne = 32 << 20

    private struct State {
        var all = 0
        var shares: [PrincipalID: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts bytes in; `false` if there is no room for them.
    ///
    /// `own` is what the same request holds: one alone may go beyond the share, as far as its rule looks into it.
    func hold(_ count: Int, for holder: PrincipalID, beside own: Int) -> Bool {
        guard count > 0 else { return true }
        return state.withLock { state in
            let former = state.shares[holder] ?? 0
            guard state.all + count <= HeldBytes.maxBytes,
                former == own || former + count <= HeldBytes.maxBytesOfOne
            else { return false }
            state.all += count
            state.shares[holder] = former + count
            return true
        }
    }

    /// Counts bytes out.
    func letGo(_ count: Int, for holder: PrincipalID) {
        guard count > 0 else { return }
        state.withLock { state in
            let share = (state.shares[holder] ?? 0) - count
            state.all -= count
            state.shares[holder] = share == 0 ? nil : share
        }
    }
}
