internal import Crypto
internal import PosternCore

/// Lines that will be written together, each chained to the one before.
///
///     record,"event.sequence":N,"postern.previous":"<SHA-256 of line N-1>"}
///
/// The chain of the group is tentative: it becomes the chain of the log once the group is written.
struct LineGroup: ~Copyable {
    private var buffer = RecordBuffer()
    /// The place of the last line.
    private(set) var chain = ChainPosition.origin
    /// The place of the last checkpoint in the group.
    private(set) var checkpoint: ChainPosition?

    init() {}

    var byteCount: Int { buffer.count }
    var isEmpty: Bool { buffer.count == 0 }

    /// Starts a new group behind `chain`.
    mutating func begin(behind chain: ChainPosition) {
        buffer.removeAll()
        self.chain = chain
        checkpoint = nil
    }

    /// Calls `body` with the lines.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws(AuditLogError) -> Result) throws(AuditLogError)
        -> Result
    {
        try buffer.withBytes { bytes in
            Swift.Result { () throws(AuditLogError) in try body(bytes) }
        }.get()
    }

    /// Adds a record as the next line.
    mutating func append(_ record: UnsafeRawBufferPointer) {
        let start = buffer.count
        appendChained(record)
        endLine(from: start)
    }

    /// Adds a checkpoint record as the next line, with a signature of all of the line that precedes the signature.
    mutating func appendCheckpoint(_ record: UnsafeRawBufferPointer, key: SigningKey) {
        let start = buffer.count
        appendChained(record)
        let signature = buffer.withBytes { key.sign(checkpoint: UnsafeRawBufferPointer(rebasing: $0[start...])) }
        buffer.extend(by: 2 * signature.count + 32) { start in
            var end = start
            end.store(",\"postern.signature\":\"")
            signature.withUnsafeBytes { Hexadecimal.store($0, at: &end) }
            end.store("\"")
            return end
        }
        endLine(from: start)
        checkpoint = chain
    }

    private mutating func appendChained(_ record: UnsafeRawBufferPointer) {
        chain.sequence += 1
        let chain = chain
        buffer.extend(by: record.count + 128) { start in
            var end = start
            end.store(record.bindMemory(to: UInt8.self))
            end.store(",\"event.sequence\":")
            end.store(decimal: chain.sequence)
            end.store(",\"postern.previous\":\"")
            chain.storeHash(at: &end)
            end.store("\"")
            return end
        }
    }

    private mutating func endLine(from start: Int) {
        buffer.extend(by: 2) { end in
            end[0] = UInt8(ascii: "}")
            end[1] = UInt8(ascii: "\n")
            return end + 2
        }
        chain.digest = buffer.withBytes { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<(bytes.count - 1)]))
            return hash.finalize()
        }
    }
}
