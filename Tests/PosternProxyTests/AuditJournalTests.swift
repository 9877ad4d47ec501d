import PosternCore
import PosternEventLoop
import PosternProxy
import PosternTestSupport
import Synchronization
import Testing

/// Keeps the first batch waiting and refuses the second at once, as a log does whose queue is full.
private final class ReluctantSink: AuditSink {
    private let waiting = Mutex<[@Sendable (Bool) -> Void]>([])

    func submit(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (Bool) -> Void) {
        let isFirst = waiting.withLock { waiting in
            if waiting.isEmpty { waiting.append(completion) }
            return waiting.count == 1 && batch.lines.contains { $0.contains("\"first\"") }
        }
        if !isFirst { completion(false) }
    }

    func record() { for completion in waiting.withLock({ $0 }) { completion(true) } }
}

private final class Waiter: IntentWaiter {
    private(set) var answers: [Bool] = []
    var onAnswer: () -> Void = {}

    func intentSettled(isRecorded: Bool) {
        answers.append(isRecorded)
        onAnswer()
    }
}

private func intent(_ id: String) -> IntentRecord {
    IntentRecord(
        time: 0,
        requestID: id,
        agent: "bot",
        identity: .socket,
        peer: AuditPeer(),
        method: .get,
        url: AuditURL(destination: Destination(scheme: .https, host: Sample.host("good.test"), port: 443), path: [0x2f])
    )
}

@Suite("AuditJournal")
struct AuditJournalTests {
    @Test("an intent is settled by the answer to its own batch, in whatever order the answers come") func order() throws
    {
        let loop = try EventLoop()
        let sink = ReluctantSink()
        let journal = AuditJournal(on: loop, sink: sink)
        let first = Waiter()
        let second = Waiter()
        second.onAnswer = { sink.record() }
        first.onAnswer = { loop.stop() }
        loop.atNextTurn {
            journal.append(intent("first"), waiter: first)
            loop.atNextTurn { journal.append(intent("second"), waiter: second) }
        }
        let limit = Deadline { loop.stop() }
        loop.set(limit, after: .seconds(5))
        loop.run()
        #expect(second.answers == [false])
        #expect(first.answers == [true])
    }
}
