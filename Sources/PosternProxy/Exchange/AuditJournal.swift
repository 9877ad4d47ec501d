package import PosternCore
package import PosternEventLoop

/// Something that waits for its intent to be recorded.
package protocol IntentWaiter: AnyObject {
    /// The intent is in the log, or, with `false`, is not.
    func intentSettled(isRecorded: Bool)
}

/// One event loop's side of the audit log: gathers the records of a turn and hands them over at its end, so that one
/// write serves all of them.
package final class AuditJournal {
    private let loop: EventLoop
    private let sink: any AuditSink
    private var batch = AuditBatch()
    /// Who waits for the batch that is being gathered.
    private var gathering: [any IntentWaiter] = []
    /// Who waits for batches that were handed over, by the number of the batch.
    ///
    /// Answers need not come in order: a batch that is refused is so at once, while those before it still wait to be
    /// written.
    private var handedOver: [UInt64: [any IntentWaiter]] = [:]
    private var batchNumber: UInt64 = 0

    /// Hands records over at the end of each turn of `loop`, on which alone the journal is used.
    package init(on loop: EventLoop, sink: any AuditSink) {
        self.loop = loop
        self.sink = sink
        loop.atTurnEnd { [unowned self] in handOver() }
    }

    /// Adds an intent; `waiter` is told when it is settled.
    package func append(_ intent: IntentRecord, waiter: any IntentWaiter) {
        batch.append(intent)
        gathering.append(waiter)
    }

    /// Adds an outcome.
    package func append(_ outcome: OutcomeRecord) { batch.append(outcome) }

    /// Adds a denial.
    package func append(_ denial: DenialRecord) { batch.append(denial) }

    private func handOver() {
        guard !batch.isEmpty else { return }
        guard !gathering.isEmpty else {
            sink.submit(batch) { _ in }
            batch.removeAll()
            return
        }
        batchNumber += 1
        let number = batchNumber
        handedOver[number] = gathering
        gathering.removeAll(keepingCapacity: true)
        let journal = LoopBound(self, on: loop)
        let mailbox = loop.mailbox
        sink.submit(batch) { isRecorded in
            mailbox.post { loop in journal.on(loop).settle(number, isRecorded) }
        }
        batch.removeAll()
    }

    private func settle(_ number: UInt64, _ isRecorded: Bool) {
        for waiter in handedOver.removeValue(forKey: number) ?? [] { waiter.intentSettled(isRecorded: isRecorded) }
    }
}

@available(*, unavailable)
extension AuditJournal: Sendable {}
