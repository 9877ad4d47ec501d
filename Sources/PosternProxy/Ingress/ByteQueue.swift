/// Bytes that were received and not used up yet.
///
/// Empty, it owns no memory, so an idle connection costs next to nothing.
struct ByteQueue {
    private var storage: [UInt8] = []
    private var start = 0

    /// Whether the bytes hold a credential, so that they are overwritten before their memory is given back.
    private let isSecret: Bool

    init(isSecret: Bool = false) { self.isSecret = isSecret }

    var count: Int { storage.count - start }
    var isEmpty: Bool { start == storage.count }

    mutating func append(_ bytes: UnsafeRawBufferPointer) { storage.append(contentsOf: bytes) }

    mutating func append(_ other: ByteQueue) { other.withBytes { append($0) } }

    /// Calls `body` with the bytes, which must not escape it.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Drops bytes from the front.
    mutating func consume(_ count: Int) {
        start += count
        if start == storage.count {
            removeAll()
        } else if start > 65_536 {
            storage.removeFirst(start)
            start = 0
        }
    }

    mutating func removeAll() {
        if isSecret { storage.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) } }
        storage = []
        start = 0
    }
}
