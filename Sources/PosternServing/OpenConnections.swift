internal import NIOCore
internal import Synchronization

/// The connections that are open, at most so many.
///
/// One that waits for its client never keeps a new one out: it is the client's to open it again.
final class OpenConnections: Sendable {
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var count: UInt64 = 0
    }

    private struct Connection {
        let channel: any Channel
        /// Counts up with each that is admitted.
        let number: UInt64
        /// Whether a whole request is there that is not answered yet.
        var isAtWork = false
    }

    init(limit: Int) { self.limit = limit }

    /// Counts a connection until it is closed; returns whether there is room for it.
    ///
    /// Where there is none, the oldest on which no request is at work is closed for it.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let (isAdmitted, former) = state.withLock { state -> (Bool, (any Channel)?) in
            var former: (any Channel)?
            if state.connections.count >= limit {
                let idle = state.connections.filter { !$0.value.isAtWork }
                guard let oldest = idle.min(by: { $0.value.number < $1.value.number }) else { return (false, nil) }
                former = oldest.value.channel
                state.connections[oldest.key] = nil
            }
            state.count += 1
            state.connections[id] = Connection(channel: channel, number: state.count)
            return (true, former)
        }
        former?.close(promise: nil)
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.connections.removeValue(forKey: id) }
        }
        return true
    }

    /// Notes whether a request is at work on a connection, which is then not closed for another one.
    func note(isAtWork: Bool, on channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)]?.isAtWork = isAtWork }
    }

    /// Closes those that wait for a request, and the others when they have answered.
    func finish() {
        for channel in all { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Closes all.
    func cut() {
        for channel in all { channel.close(promise: nil) }
    }

    private var all: [any Channel] { state.withLock { $0.connections.values.map(\.channel) } }
}
