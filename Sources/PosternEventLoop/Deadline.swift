/// One wait that must not last for ever: an action and the moment at which it is taken.
///
/// Moving a deadline later, which is what nearly every event on a connection does, only stores the new moment; the
/// queue finds out when the old one comes.
package final class Deadline {
    /// When the action is due; `nil` when it is not.
    package fileprivate(set) var due: Instant?
    fileprivate var position: Int?
    fileprivate var queuedFor = Instant(nanoseconds: 0)
    private let action: () -> Void

    package init(_ action: @escaping () -> Void) { self.action = action }

    fileprivate func expire() {
        due = nil
        action()
    }
}

@available(*, unavailable)
extension Deadline: Sendable {}

/// The deadlines of one event loop, soonest first: a binary heap that knows where each of its members is.
package struct DeadlineQueue {
    private var heap: [Deadline] = []

    package init() {}

    /// How many deadlines are in the queue.
    package var count: Int { heap.count }

    /// The moment at which the queue wants to be looked at next.
    package var next: Instant? { heap.first?.queuedFor }

    /// Sets when `deadline` is due.
    package mutating func set(_ deadline: Deadline, at moment: Instant) {
        deadline.due = moment
        if let position = deadline.position {
            guard moment < deadline.queuedFor else { return }
            deadline.queuedFor = moment
            siftUp(position)
        } else {
            deadline.queuedFor = moment
            deadline.position = heap.count
            heap.append(deadline)
            siftUp(heap.count - 1)
        }
    }

    /// Forgets `deadline`, at once: a closed connection leaves nothing behind in the queue.
    package mutating func cancel(_ deadline: Deadline) {
        deadline.due = nil
        guard let position = deadline.position else { return }
        remove(at: position)
    }

    /// Takes out one deadline that is due at `now`.
    package mutating func popDue(at now: Instant) -> Deadline? {
        while let first = heap.first, first.queuedFor <= now {
            guard let due = first.due else {
                remove(at: 0)
                continue
            }
            if due > now {
                first.queuedFor = due
                siftDown(0)
                continue
            }
            remove(at: 0)
            return first
        }
        return nil
    }

    private mutating func remove(at position: Int) {
        heap[position].position = nil
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        last.position = position
        siftDown(position)
        siftUp(position)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].queuedFor < heap[parent].queuedFor else { return }
            exchange(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].queuedFor < heap[least].queuedFor {
                least = child
            }
            guard least != parent else { return }
            exchange(parent, least)
            parent = least
        }
    }

    private mutating func exchange(_ first: Int, _ second: Int) {
        heap.swapAt(first, second)
        heap[first].position = first
        heap[second].position = second
    }
}

extension EventLoop {
    /// Calls the deadline's action once, at or soon after `moment`, unless it is moved or cancelled before.
    package func set(_ deadline: Deadline, at moment: Instant) { deadlines.set(deadline, at: moment) }

    /// Calls the deadline's action once `duration` has passed.
    package func set(_ deadline: Deadline, after duration: Duration) { set(deadline, at: now + duration) }

    /// Calls the deadline's action once so many nanoseconds have passed.
    package func set(_ deadline: Deadline, afterNanoseconds wait: UInt64) {
        let (moment, overflow) = now.nanoseconds.addingReportingOverflow(wait)
        set(deadline, at: Instant(nanoseconds: overflow ? .max : moment))
    }

    /// Sees to it that the deadline's action is not called for now.
    ///
    /// Cheaper than to cancel it, for a deadline that will soon be set again: the queue finds out when the moment
    /// comes.
    package func suspend(_ deadline: Deadline) { deadline.due = nil }

    /// Sees to it that the deadline's action is not called, and forgets it.
    package func cancel(_ deadline: Deadline) { deadlines.cancel(deadline) }

    func expireDeadlines() {
        while let deadline = deadlines.popDue(at: now) { deadline.expire() }
    }
}
