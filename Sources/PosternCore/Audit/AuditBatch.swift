/// Records of one event loop's turn, encoded but not yet chained.
///
/// Each record is a JSON object whose closing brace is missing, so that the writer can add the sequence number and
/// the hash of the record before it. A batch is made for reuse: after ``AuditSink/submit(_:completion:)`` has taken
/// the records over, ``removeAll()`` empties it and keeps its memory.
package struct AuditBatch: ~Copyable, Sendable {
    /// One record of a batch.
    package struct Entry: Sendable {
        /// Where the record ends; it starts where the one before ends.
        package let end: Int
        /// An intent may be refused: its request has not been sent.
        ///
        /// Any other record tells of something that has happened, so the writer keeps it until it can be written.
        package let isIntent: Bool

        package init(end: Int, isIntent: Bool) {
            self.end = end
            self.isIntent = isIntent
        }
    }

    private var buffer = RecordBuffer()
    /// The records in order.
    package private(set) var entries: [Entry] = []
    /// How many of the records are intents.
    package private(set) var intentCount = 0

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Adds one record, whose fields `encode` writes.
    @inline(__always)
    package mutating func append(isIntent: Bool, _ encode: (inout JSONObjectEncoder) -> Void) {
        var encoder = JSONObjectEncoder(continuing: takeBuffer())
        encode(&encoder)
        buffer = encoder.take()
        entries.append(Entry(end: buffer.count, isIntent: isIntent))
        if isIntent { intentCount += 1 }
    }

    /// Adds an intent record.
    package mutating func append(_ record: IntentRecord) { append(isIntent: true) { record.encode(into: &$0) } }
    /// Adds an outcome record.
    package mutating func append(_ record: OutcomeRecord) { append(isIntent: false) { record.encode(into: &$0) } }
    /// Adds a denial record.
    package mutating func append(_ record: DenialRecord) { append(isIntent: false) { record.encode(into: &$0) } }
    /// Adds a record of an administrative act.
    package mutating func append(_ record: AdministrativeRecord) {
        append(isIntent: false) { record.encode(into: &$0) }
    }

    /// Forgets the records and keeps the memory.
    package mutating func removeAll() {
        buffer.removeAll()
        entries.removeAll(keepingCapacity: true)
        intentCount = 0
    }

    /// Calls `body` with all records, one after another without a separator; the bytes must not escape it.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withBytes(body)
    }

    private mutating func takeBuffer() -> RecordBuffer {
        var taken = RecordBuffer()
        swap(&taken, &buffer)
        return taken
    }
}

extension AuditBatch {
    /// The records as text, each with a closing brace: for tests and for sinks that are not the log.
    package var lines: [String] {
        withBytes { bytes in
            var start = 0
            return entries.map { entry in
                defer { start = entry.end }
                return String(decoding: bytes[start..<entry.end], as: UTF8.self) + "}"
            }
        }
    }
}
