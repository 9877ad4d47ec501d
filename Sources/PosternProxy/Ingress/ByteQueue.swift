/// Bytes that were received and not used up yet. Empty, it owns no memory, so an idle connection costs next to nothing.
struct ByteQueue {
    private var storage: [UInt8] = []
    private var start = 0

    var count: Int { storage.count - start }
    var isEmpty: Bool { start == storage.count }

    mutating func append(_ bytes: UnsafeRawBufferPointer) { storage.append(contentsOf: bytes) }

    /// Calls `body` with the bytes, which must not escape it.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Drops bytes from the front.
    mutating func consume(_ count: Int) {
        start += count
        if start == storage.count {
            storage = []
            start = 0
        } else if start > 65_536 {
            storage.removeFirst(start)
            start = 0
        }
    }

    mutating func removeAll() {
        storage = []
        start = 0
    }

    /// Overwrites the bytes and drops them: for bytes that hold a credential.
    mutating func wipe() {
        storage.withUnsafeMutableBytes { $0.initializeMemory(as: UInt8.self, repeating: 0) }
        removeAll()
    }
}
