internal import CCurl
internal import CLinux
internal import Glibc
package import PosternCore
package import PosternEventLoop

/// What uses an upstream connection, told of its progress on the event loop.
package protocol UpstreamConnectionUser: AnyObject {
    /// The connection is up and its peer verified.
    func upstreamConnected(_ connection: UpstreamConnection)
    /// The connection could not be made.
    func upstreamFailed(_ connection: UpstreamConnection, _ error: UpstreamError)
    /// There may be bytes to receive, or room to send.
    func upstreamReady(_ connection: UpstreamConnection)
}

/// One connection to an upstream, resolved, connected, verified and carried by libcurl.
///
/// Bytes go in and out of it as they are.
///
/// It goes from dialling to open to closed, and may be closed from either.
package final class UpstreamConnection: ReadinessHandler {
    private enum State {
        case dialing
        case open(descriptor: CInt, EventLoop.Registration)
        case closed
    }

    /// What sending came to.
    package enum Sent {
        case bytes(Int)
        case wouldBlock
        case failed
    }

    /// What receiving came to.
    package enum Received {
        case bytes(Int)
        case wouldBlock
        /// The upstream closed the connection in order.
        case end
        case failed
    }

    let key: UpstreamPool.Key
    /// Who uses it now.
    ///
    /// Let go of when the connection is given back or closed, which breaks the cycle.
    package var user: (any UpstreamConnectionUser)?
    /// Whether it carried an exchange before the present one, so that the upstream may have closed it meanwhile.
    package internal(set) var isReused = false
    /// When it was put into the pool.
    var idleSince = Instant(nanoseconds: 0)
    /// Why an address was refused while it was dialled.
    private(set) var refusal: AddressPolicy.Refusal?

    private let offersHTTP2: Bool
    private let loop: EventLoop
    private let policy: AddressPolicy
    private var state = State.dialing
    private var dial: Dial?

    init(key: UpstreamPool.Key, policy: AddressPolicy, offersHTTP2: Bool, loop: EventLoop) {
        self.offersHTTP2 = offersHTTP2
        self.key = key
        self.policy = policy
        self.loop = loop
    }

    /// Makes the libcurl handle; `nil` when memory is short.
    func makeHandle(_ settings: Dial.Settings) -> UnsafeMutableRawPointer? {
        dial = Dial(
            to: key.destination,
            network: policy.network,
            isTunnel: key.rule.isTunnel,
            offersHTTP2: offersHTTP2,
            settings: settings,
            context: Unmanaged.passUnretained(self).toOpaque()
        )
        return dial?.handle
    }

    var handle: UnsafeMutableRawPointer? { dial?.handle }

    package var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Whether the upstream chose HTTP/2.
    package var isHTTP2: Bool {
        guard offersHTTP2, let dial, case .open = state else { return false }
        return dial.isHTTP2
    }

    /// Called by libcurl before it opens a socket.
    func mayDial(address: [UInt8], port: UInt16) -> Bool {
        guard let address = IPAddress(bytes: address) else { return false }
        refusal = policy.refusal(of: address, port: port)
        return refusal == nil
    }

    /// Starts watching the socket of a dial that succeeded.
    func opened() -> Bool {
        guard let dial, case .dialing = state else { return false }
        let descriptor = postern_easy_socket(dial.handle)
        guard descriptor >= 0, let registration = try? loop.register(descriptor, .edges, handler: self) else {
            return false
        }
        state = .open(descriptor: descriptor, registration)
        return true
    }

    /// Why a dial failed.
    func dialError(_ code: CURLcode) -> UpstreamError {
        switch refusal {
        case .ours: return .addressIsOurs
        case .notPublic: return .addressProhibited
        case nil: break
        }
        return UpstreamError(code)
    }

    /// No event reaches the connection any more.
    func stopWatching() {
        if case .open(let descriptor, let registration) = state { loop.deregister(registration, descriptor) }
        state = .closed
    }

    /// Frees the handle, which must be out of the multi.
    func close() {
        stopWatching()
        user = nil
        dial = nil
    }

    /// Whether nothing has happened on an idle connection: no byte, no end, nothing left in TLS.
    ///
    /// Only then may it be used again; a byte nobody asked for would be taken for the next answer.
    func isQuiet() -> Bool {
        guard let dial, case .open(let descriptor, _) = state else { return false }
        return postern_is_quiet(descriptor) && !dial.hasPending
    }

    /// Sends as much as the socket takes.
    package func send(_ bytes: UnsafeRawBufferPointer) -> Sent {
        guard let dial, case .open = state else { return .failed }
        var sent = 0
        switch curl_easy_send(dial.handle, bytes.baseAddress, bytes.count, &sent) {
        case CURLE_OK: return .bytes(sent)
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed
        }
    }

    /// Receives into `room`.
    ///
    /// To be called until it would block: TLS may hold bytes that no event tells of.
    package func receive(into room: UnsafeMutableRawBufferPointer) -> Received {
        guard let dial, case .open = state else { return .failed }
        var received = 0
        switch curl_easy_recv(dial.handle, room.baseAddress, room.count, &received) {
        case CURLE_OK: return received > 0 ? .bytes(received) : .end
        case CURLE_AGAIN: return .wouldBlock
        default: return .failed
        }
    }

    /// Tells the upstream that nothing more comes; for connections without TLS of ours.
    package func endSending() {
        if case .open(let descriptor, _) = state { shutdown(descriptor, CInt(SHUT_WR)) }
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        user?.upstreamReady(self)
    }
}

@available(*, unavailable)
extension UpstreamConnection: Sendable {}
