import PosternEventLoop
import PosternTestSupport
import Testing

private func at(_ nanoseconds: UInt64) -> Instant { Instant(nanoseconds: nanoseconds) }

@Suite("DeadlineQueue")
struct DeadlineQueueTests {
    @Test("deadlines come due in order, each once") func order() {
        var queue = DeadlineQueue()
        let deadlines = (0..<5).map { _ in Deadline {} }
        for (deadline, moment) in zip(deadlines, [30, 10, 50, 20, 40] as [UInt64]) {
            queue.set(deadline, at: at(moment))
        }
        #expect(queue.popDue(at: at(9)) == nil)
        #expect(queue.popDue(at: at(25)) === deadlines[1])
        #expect(queue.popDue(at: at(25)) === deadlines[3])
        #expect(queue.popDue(at: at(25)) == nil)
        #expect(queue.next == at(30))
        #expect(queue.popDue(at: at(99)) === deadlines[0])
        #expect(queue.popDue(at: at(99)) === deadlines[4])
        #expect(queue.popDue(at: at(99)) === deadlines[2])
        #expect(queue.popDue(at: at(99)) == nil && queue.count == 0 && queue.next == nil)
    }

    @Test("a deadline that is moved later does not come early, and one moved earlier does not come late") func moving()
    {
        var queue = DeadlineQueue()
        let deadline = Deadline {}
        queue.set(deadline, at: at(10))
        queue.set(deadline, at: at(30))
        #expect(queue.popDue(at: at(29)) == nil)
        queue.set(deadline, at: at(20))
        #expect(queue.popDue(at: at(20)) === deadline)
        #expect(queue.popDue(at: at(99)) == nil)
        queue.set(deadline, at: at(40))
        #expect(queue.popDue(at: at(40)) === deadline)
    }

    @Test("a cancelled deadline leaves nothing behind") func cancelling() {
        var queue = DeadlineQueue()
        let deadline = Deadline {}
        queue.cancel(deadline)
        queue.set(deadline, at: at(10))
        queue.cancel(deadline)
        queue.cancel(deadline)
        #expect(queue.count == 0 && queue.popDue(at: at(99)) == nil)
        queue.set(deadline, at: at(20))
        #expect(queue.popDue(at: at(20)) === deadline)
        queue.cancel(deadline)
        #expect(queue.count == 0)
    }

    @Test("random use gives what a plain list gives") func oracle() {
        var random = SplitMix64(seed: 6)
        for _ in 0..<200 {
            var queue = DeadlineQueue()
            let deadlines = (0..<20).map { _ in Deadline {} }
            var due = [UInt64?](repeating: nil, count: deadlines.count)
            var now: UInt64 = 0
            for _ in 0..<400 {
                let index = random.below(deadlines.count)
                switch random.below(4) {
                case 0, 1:
                    let moment = now + UInt64(random.below(50))
                    due[index] = moment
                    queue.set(deadlines[index], at: at(moment))
                case 2:
                    due[index] = nil
                    queue.cancel(deadlines[index])
                default:
                    now += UInt64(random.below(20))
                    var popped: [UInt64] = []
                    while let deadline = queue.popDue(at: at(now)) {
                        let place = deadlines.firstIndex { $0 === deadline } ?? -1
                        popped.append(due[place] ?? .max)
                        due[place] = nil
                    }
                    #expect(popped.allSatisfy { $0 <= now })
                    #expect(!due.contains { $0.map { $0 <= now } ?? false })
                    #expect(queue.count >= due.filter { $0 != nil }.count)
                    if let soonest = due.compactMap({ $0 }).min() {
                        #expect(queue.next.map { $0 <= at(soonest) } ?? false)
                    }
                }
            }
        }
    }

    @Test("moments and durations saturate instead of trapping") func saturation() {
        #expect(at(5) + .seconds(1 << 60) == at(.max))
        #expect(at(.max) + .nanoseconds(1) == at(.max))
        #expect(at(5) + .seconds(-3) == at(5))
        #expect(at(0).nanoseconds(since: at(.max)) == 0)
        #expect(at(.max).nanoseconds(since: at(0)) == Int.max)
        #expect(Duration.milliseconds(1_500).wholeNanoseconds == 1_500_000_000)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.zero.wholeNanoseconds == 0)
    }
}
