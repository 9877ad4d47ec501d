internal import CLinux
internal import Glibc

/// One thread's wait for everything it serves: sockets of clients, of upstreams and of libcurl, deadlines, and
/// messages from other threads.
///
/// A turn is: wait, hand readiness to its handlers, expire deadlines, take messages, call the turn's end. All of it
/// happens on one thread, so nothing that lives on a loop needs a lock.
package final class EventLoop {
    /// The time at the start of this turn; reading the clock once a turn is enough for deadlines.
    package private(set) var now = Instant.now
    /// Where other threads leave work for this loop.
    package let mailbox: EventLoopMailbox
    var deadlines = DeadlineQueue()

    private let poller: CInt
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var turnEnd: [() -> Void] = []
    private var nextTurn: [() -> Void] = []
    private var isStopped = false

    private struct Slot {
        var generation: UInt32
        var handler: (any ReadinessHandler)?
    }

    /// Opens the poller.
    ///
    /// The loop belongs to the thread that calls ``run()``.
    package init() throws(EventLoopError) {
        poller = postern_epoll_create()
        guard poller >= 0 else { throw EventLoopError(call: "epoll_create1", errorNumber: errno) }
        mailbox = try EventLoopMailbox()
        guard postern_epoll_add(poller, mailbox.descriptor, Readiness.readable.rawValue, false, false, .max) == 0 else {
            throw EventLoopError(call: "epoll_ctl", errorNumber: errno)
        }
    }

    deinit { close(poller) }

    /// How a descriptor is watched.
    package enum Watch {
        /// Edge-triggered, for both directions: the handler remembers what it has not used up.
        case edges
        /// Level-triggered, for the given directions.
        case levels(Readiness)
        /// Level-triggered for reading, with one loop woken for each connection that waits. For listeners.
        case listener
    }

    /// A descriptor under watch.
    ///
    /// It becomes worthless when it is deregistered.
    package struct Registration {
        fileprivate let index: Int
        fileprivate let generation: UInt32
        fileprivate var token: UInt64 { UInt64(generation) << 32 | UInt64(index) }
    }

    /// Watches `descriptor` and keeps `handler` alive until it is deregistered.
    package func register(
        _ descriptor: CInt,
        _ watch: Watch,
        handler: any ReadinessHandler
    ) throws(EventLoopError) -> Registration {
        let index: Int
        if let free = freeSlots.popLast() {
            index = free
        } else {
            index = slots.count
            slots.append(Slot(generation: 0, handler: nil))
        }
        slots[index].handler = handler
        let registration = Registration(index: index, generation: slots[index].generation)
        let (bits, isEdgeTriggered, isExclusive) = EventLoop.flags(of: watch)
        guard postern_epoll_add(poller, descriptor, bits, isEdgeTriggered, isExclusive, registration.token) == 0 else {
            let error = EventLoopError(call: "epoll_ctl", errorNumber: errno)
            release(index)
            throw error
        }
        return registration
    }

    /// Changes how a registered descriptor is watched.
    ///
    /// Anything it is ready for already is reported again.
    ///
    /// - Returns: `false` if the descriptor is not watched any more, because it was closed and its number used again.
    package func rewatch(_ registration: Registration, _ descriptor: CInt, _ watch: Watch) -> Bool {
        let (bits, isEdgeTriggered, _) = EventLoop.flags(of: watch)
        return postern_epoll_modify(poller, descriptor, bits, isEdgeTriggered, registration.token) == 0
    }

    /// Stops watching.
    ///
    /// Events of this turn that were not handed out yet are dropped.
    package func deregister(_ registration: Registration, _ descriptor: CInt) {
        guard slots[registration.index].generation == registration.generation else { return }
        _ = postern_epoll_remove(poller, descriptor)
        release(registration.index)
    }

    /// Adds work for the end of every turn, after all readiness, deadlines and messages.
    package func atTurnEnd(_ work: @escaping () -> Void) { turnEnd.append(work) }

    /// Adds work for the next turn, which then comes without waiting: for what would otherwise keep this turn from
    /// its other work.
    package func atNextTurn(_ work: @escaping () -> Void) { nextTurn.append(work) }

    /// Turns until ``stop()``.
    package func run() {
        var events = [postern_event](repeating: postern_event(), count: 256)
        while !isStopped {
            let count = postern_epoll_wait(poller, &events, CInt(events.count), timeoutMilliseconds)
            now = Instant.now
            if !nextTurn.isEmpty {
                let work = nextTurn
                nextTurn.removeAll(keepingCapacity: true)
                for item in work { item() }
            }
            for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
            expireDeadlines()
            for work in turnEnd { work() }
        }
    }

    /// Ends ``run()`` after this turn.
    package func stop() { isStopped = true }

    private func dispatch(_ event: postern_event) {
        if event.token == .max {
            for message in mailbox.takeAll() { message(self) }
            return
        }
        let index = Int(event.token & 0xffff_ffff)
        // An earlier event of this turn may have closed this one's descriptor, and its slot may serve another since.
        guard slots[index].generation == UInt32(event.token >> 32), let handler = slots[index].handler else { return }
        handler.descriptorIsReady(Readiness(rawValue: event.bits))
    }

    private func release(_ index: Int) {
        slots[index].handler = nil
        slots[index].generation &+= 1
        freeSlots.append(index)
    }

    private var timeoutMilliseconds: CInt {
        guard nextTurn.isEmpty else { return 0 }
        guard let next = deadlines.next else { return -1 }
        let wait = next.nanoseconds(since: Instant.now)
        // Rounded up, so that the loop does not wake before the deadline and spin until it.
        return CInt(clamping: wait / 1_000_000 + 1)
    }

    private static func flags(of watch: Watch) -> (bits: UInt32, isEdgeTriggered: Bool, isExclusive: Bool) {
        switch watch {
        case .edges: (Readiness([.readable, .writable, .readClosed]).rawValue, true, false)
        case .levels(let directions): (directions.rawValue, false, false)
        case .listener: (Readiness.readable.rawValue, false, true)
        }
    }
}

@available(*, unavailable)
extension EventLoop: Sendable {}

/// A system call without which a loop cannot work failed.
package struct EventLoopError: Error, CustomStringConvertible {
    package let call: String
    package let errorNumber: CInt

    package var description: String { "\(call) failed: \(String(cString: strerror(errorNumber)))" }
}
