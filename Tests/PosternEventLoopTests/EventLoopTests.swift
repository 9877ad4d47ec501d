import Foundation
import PosternEventLoop
import Testing

/// A pipe whose ends close when it is let go of.
private final class Pipe {
    let reading: CInt
    let writing: CInt

    init() {
        var ends: [CInt] = [-1, -1]
        precondition(pipe(&ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        reading = ends[0]
        writing = ends[1]
    }

    func send() { _ = write(writing, "x", 1) }

    func drain() {
        var room = [UInt8](repeating: 0, count: 64)
        while read(reading, &room, room.count) > 0 {}
    }

    deinit {
        close(reading)
        close(writing)
    }
}

private final class Recorder: ReadinessHandler {
    var events: [Readiness] = []
    var then: (Readiness) -> Void = { _ in }

    func descriptorIsReady(_ readiness: Readiness) {
        events.append(readiness)
        then(readiness)
    }
}

private final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// Runs the loop, which a test must stop, for at most five seconds.
private func run(_ loop: EventLoop) -> Bool {
    let isLate = Box(false)
    let limit = Deadline {
        isLate.value = true
        loop.stop()
    }
    loop.set(limit, after: .seconds(5))
    loop.run()
    loop.cancel(limit)
    return !isLate.value
}

@Suite("EventLoop")
struct EventLoopTests {
    @Test("deadlines are taken in order, and not before their time") func deadlines() throws {
        let loop = try EventLoop()
        let order = Box<[Int]>([])
        // What deadlines are counted from.
        let started = loop.now
        let deadlines = [3, 1, 2].map { number in
            (
                number,
                Deadline {
                    order.value.append(number)
                    if number == 3 { loop.stop() }
                }
            )
        }
        for (number, deadline) in deadlines { loop.set(deadline, after: .milliseconds(10 * number)) }
        #expect(run(loop))
        #expect(order.value == [1, 2, 3])
        #expect(Instant.now.nanoseconds(since: started) >= 30_000_000)
    }

    @Test("a deadline beyond all time does no harm") func farDeadline() throws {
        let loop = try EventLoop()
        let never = Deadline { Issue.record("a deadline beyond all time came") }
        loop.set(never, after: .seconds(1 << 60))
        let soon = Deadline { loop.stop() }
        loop.atNextTurn { loop.cancel(soon) }
        let mailbox = loop.mailbox
        // With only the far deadline set, the loop computes how long to sleep from it.
        let thread = Thread { mailbox.post { $0.stop() } }
        thread.start()
        loop.run()
        loop.cancel(never)
    }

    @Test("messages of other threads are run on the loop, in order, none lost") func messages() throws {
        let loop = try EventLoop()
        let mailbox = loop.mailbox
        let received = LoopBound(Box<[Int]>([]), on: loop)
        let count = 20_000
        let thread = Thread {
            for number in 0..<count {
                mailbox.post { loop in
                    received.on(loop).value.append(number)
                    if number == count - 1 { loop.stop() }
                }
            }
        }
        thread.start()
        #expect(run(loop))
        #expect(received.on(loop).value == Array(0..<count))
    }

    @Test("a message may leave a message") func nestedMessages() throws {
        let loop = try EventLoop()
        let mailbox = loop.mailbox
        mailbox.post { _ in mailbox.post { _ in mailbox.post { $0.stop() } } }
        #expect(run(loop))
    }

    @Test("a turn is readiness, deadlines, then its end; what is left for the next turn comes first in it") func turn()
        throws
    {
        let loop = try EventLoop()
        let order = Box<[String]>([])
        let pipe = Pipe()
        let recorder = Recorder()
        let registration = try loop.register(pipe.reading, .edges, handler: recorder)
        let deadline = Deadline { order.value.append("deadline") }
        recorder.then = { _ in
            order.value.append("ready")
            loop.set(deadline, after: .zero)
            loop.atNextTurn {
                order.value.append("next")
                loop.stop()
            }
        }
        loop.atTurnEnd { order.value.append("end") }
        pipe.send()
        #expect(run(loop))
        #expect(order.value == ["ready", "deadline", "end", "next", "end"])
        loop.deregister(registration, pipe.reading)
    }

    @Test("an event of a descriptor that was deregistered in the same turn is dropped") func staleEvents() throws {
        let loop = try EventLoop()
        let pipes = [Pipe(), Pipe()]
        let recorders = [Recorder(), Recorder()]
        var registrations: [EventLoop.Registration] = []
        for (pipe, recorder) in zip(pipes, recorders) {
            registrations.append(try loop.register(pipe.reading, .levels(.readable), handler: recorder))
            pipe.send()
        }
        let second = Recorder()
        let fresh = Pipe()
        let known = registrations
        for (index, recorder) in recorders.enumerated() {
            recorder.then = { _ in
                // Whichever comes first takes the other out, and its place is given to a new descriptor at once.
                loop.deregister(known[1 - index], pipes[1 - index].reading)
                _ = try? loop.register(fresh.reading, .levels(.readable), handler: second)
                pipes[index].drain()
                loop.stop()
            }
        }
        #expect(run(loop))
        #expect(recorders[0].events.count + recorders[1].events.count == 1)
        #expect(second.events.isEmpty)
    }

    @Test("a handler is kept alive while it is registered, and let go of afterwards") func lifetimes() throws {
        let loop = try EventLoop()
        let pipe = Pipe()
        weak var seen: Recorder?
        let registration: EventLoop.Registration
        do {
            let recorder = Recorder()
            seen = recorder
            registration = try loop.register(pipe.reading, .edges, handler: recorder)
        }
        #expect(seen != nil)
        loop.deregister(registration, pipe.reading)
        #expect(seen == nil)
        // Twice does nothing, also when the slot has a new tenant.
        let tenant = Recorder()
        let other = try loop.register(pipe.reading, .edges, handler: tenant)
        loop.deregister(registration, pipe.reading)
        pipe.send()
        tenant.then = { _ in loop.stop() }
        #expect(run(loop))
        loop.deregister(other, pipe.reading)
    }

    @Test("a handler may deregister itself while it is called") func selfDeregistration() throws {
        let loop = try EventLoop()
        let pipe = Pipe()
        let registration = Box<EventLoop.Registration?>(nil)
        do {
            let recorder = Recorder()
            recorder.then = { _ in
                if let known = registration.value { loop.deregister(known, pipe.reading) }
                loop.stop()
            }
            registration.value = try loop.register(pipe.reading, .edges, handler: recorder)
        }
        pipe.send()
        #expect(run(loop))
    }

    @Test("watching another direction reports what is ready already") func rewatching() throws {
        let loop = try EventLoop()
        let pipe = Pipe()
        let recorder = Recorder()
        let registration = try loop.register(pipe.writing, .levels([]), handler: recorder)
        recorder.then = { _ in
            _ = loop.rewatch(registration, pipe.writing, .levels([]))
            loop.stop()
        }
        loop.atNextTurn { #expect(loop.rewatch(registration, pipe.writing, .levels(.writable))) }
        #expect(run(loop))
        #expect(recorder.events == [.writable])
        loop.deregister(registration, pipe.writing)
        #expect(!loop.rewatch(registration, pipe.writing, .levels(.writable)))
    }

    @Test("a descriptor that cannot be watched is an error, and costs no slot") func badDescriptors() throws {
        let loop = try EventLoop()
        for _ in 0..<3 {
            #expect(throws: EventLoopError.self) { try loop.register(-1, .edges, handler: Recorder()) }
        }
        let pipe = Pipe()
        let registration = try loop.register(pipe.reading, .edges, handler: Recorder())
        #expect(throws: EventLoopError.self) { try loop.register(pipe.reading, .edges, handler: Recorder()) }
        loop.deregister(registration, pipe.reading)
    }
}
