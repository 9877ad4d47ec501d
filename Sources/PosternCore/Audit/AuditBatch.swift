/// Records of one event loop's turn, encoded but not yet chained.
///
/// Each record is a JSON object whose closing brace is missing, so that the writer can add the sequence number and
/// the hash of the record before it.
package struct AuditBatch: Sendable {
    /// One record in ``bytes``.
    package struct Entry: Sendable {
        /// Where the record ends; it starts where the one before ends.
        package let end: Int
        /// An intent may be refused: its request has not been sent. Any other record tells of something that has
        /// happened, so the writer keeps it until it can be written.
        package let isIntent: Bool
    }

    package private(set) var bytes: [UInt8] = []
    package private(set) var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Adds one record, whose fields `encode` writes.
    package mutating func append(isIntent: Bool, _ encode: (inout JSONObjectEncoder) -> Void) {
        var encoder = JSONObjectEncoder(continuing: bytes)
        bytes = []  // keeps the buffer uniquely referenced while the encoder holds it
        encode(&encoder)
        bytes = encoder.take()
        entries.append(Entry(end: bytes.count, isIntent: isIntent))
    }
}
