internal import PosternCore

/// Encoded records in the order in which they were handed over, and whom to tell about each batch.
struct PendingRecords: Sendable {
    /// One call of `submit`: the records up to `end` in ``PendingRecords/entries``.
    struct Submission: Sendable {
        let end: Int
        let completion: @Sendable (Bool) -> Void
    }

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [AuditBatch.Entry] = []
    private(set) var submissions: [Submission] = []

    var isEmpty: Bool { entries.isEmpty && submissions.isEmpty }

    /// Copies a whole batch.
    mutating func append(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (Bool) -> Void) {
        let base = bytes.count
        batch.withBytes { bytes.append(contentsOf: $0.bindMemory(to: UInt8.self)) }
        for entry in batch.entries { entries.append(AuditBatch.Entry(end: base + entry.end, isIntent: entry.isIntent)) }
        submissions.append(Submission(end: entries.count, completion: completion))
    }

    /// Copies one record.
    mutating func append(_ record: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: record.bindMemory(to: UInt8.self))
        entries.append(AuditBatch.Entry(end: bytes.count, isIntent: false))
    }

    /// Calls `body` with one record.
    func withRecord<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let start = index == 0 ? 0 : entries[index - 1].end
        return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<entries[index].end])) }
    }

    /// Forgets everything.
    ///
    /// The memory is kept for the next turn unless a burst made it large.
    mutating func removeAll() {
        let keeps = bytes.capacity <= 4 << 20
        bytes.removeAll(keepingCapacity: keeps)
        entries.removeAll(keepingCapacity: keeps)
        submissions.removeAll(keepingCapacity: keeps)
    }
}
