internal import PosternCore
internal import Synchronization

/// What requests to Postern itself, and the calls that it makes for them, may hold: in all, and for each who asks.
///
/// It is apart from what requests through the proxy may hold, so that neither keeps the other from being served.
final class ServiceBudget: Sendable {
    private static let maxBytes = 96 << 20
    private static let maxBytesOfOne = 24 << 20
    private static let maxRequests = 2048
    private static let maxRequestsOfOne = 512

    private struct Share {
        var bytes = 0
        var requests = 0
    }

    private struct State {
        var all = Share()
        var shares: [PrincipalID?: Share] = [:]

        mutating func add(bytes: Int, requests: Int, to holder: PrincipalID?) {
            all.bytes += bytes
            all.requests += requests
            var share = shares[holder] ?? Share()
            share.bytes += bytes
            share.requests += requests
            shares[holder] = share.bytes == 0 && share.requests == 0 ? nil : share
        }
    }

    private let state = Mutex(State())

    /// Counts a request in; `false` if there are too many.
    ///
    /// Those of nobody known have one share together.
    func begin(for holder: PrincipalID?) -> Bool {
        state.withLock { state in
            guard state.all.requests < ServiceBudget.maxRequests,
                state.shares[holder]?.requests ?? 0 < ServiceBudget.maxRequestsOfOne
            else { return false }
            state.add(bytes: 0, requests: 1, to: holder)
            return true
        }
    }

    func end(for holder: PrincipalID?) { state.withLock { $0.add(bytes: 0, requests: -1, to: holder) } }

    /// Counts bytes that are held; `false` if there is no room for them.
    func hold(_ count: Int, for holder: PrincipalID?) -> Bool {
        guard count > 0 else { return true }
        return state.withLock { state in
            guard state.all.bytes + count <= ServiceBudget.maxBytes,
                (state.shares[holder]?.bytes ?? 0) + count <= ServiceBudget.maxBytesOfOne
            else { return false }
            state.add(bytes: count, requests: 0, to: holder)
            return true
        }
    }

    func letGo(_ count: Int, for holder: PrincipalID?) {
        guard count > 0 else { return }
        state.withLock { $0.add(bytes: -count, requests: 0, to: holder) }
    }
}
