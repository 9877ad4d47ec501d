internal import PosternCore
internal import PosternEventLoop

/// Something that waits for its intent to be recorded.
protocol IntentWaiter: AnyObject {
    /// The intent is in the log, or, with `false`, is not.
    func intentSettled(isRecorded: Bool)
}

/// One event loop's side of the audit log: gathers the records of a turn and hands them over at its end, so that one
/// write serves all of them.
final class AuditJournal {
    private let loop: EventLoop
    private let sink: any AuditSink
    private var batch = AuditBatch()
    /// Who waits for the batch that is being gathered.
    private var gathering: [any IntentWaiter] = []
    /// Who waits for which of the batches that were handed over. They are not always settled in order: one that is refused at
    /// once overtakes those that are being written.
    private var handedOver: [Int: [any IntentWaiter]] = [:]
    private var batchCount = 0

    init(on loop: EventLoop, sink: any AuditSink) {
        self.loop = loop
        self.sink = sink
        loop.atTurnEnd { [unowned self] in handOver() }
    }

    /// Adds an intent; `waiter` is told when it is settled.
    func append(_ intent: IntentRecord, waiter: any IntentWaiter) {
        batch.append(intent)
        gathering.append(waiter)
    }

    func append(_ outcome: OutcomeRecord) { batch.append(outcome) }

    func append(_ denial: DenialRecord) { batch.append(denial) }

    private func handOver() {
        guard !batch.isEmpty else { return }
        guard !gathering.isEmpty else {
            sink.submit(batch) { _ in }
            batch.removeAll()
            return
        }
        batchCount += 1
        let number = batchCount
        handedOver[number] = gathering
        gathering = []
        let journal = LoopBound(self, on: loop)
        let mailbox = loop.mailbox
        sink.submit(batch) { isRecorded in
            mailbox.post { loop in journal.on(loop).settle(number, isRecorded) }
        }
        batch.removeAll()
    }

    private func settle(_ number: Int, _ isRecorded: Bool) {
        for waiter in handedOver.removeValue(forKey: number) ?? [] { waiter.intentSettled(isRecorded: isRecorded) }
    }
}
