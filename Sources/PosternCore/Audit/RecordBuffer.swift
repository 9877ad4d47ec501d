/// A growing run of bytes that is written a whole member at a time.
///
/// An array checks its uniqueness and capacity on every append; a record is some seventy appends. This makes room
/// once for each member and then only stores, which is a quarter of the time.
package struct RecordBuffer: ~Copyable, @unchecked Sendable {
    // @unchecked: the memory has exactly one owner, because the type cannot be copied.
    private var base: UnsafeMutablePointer<UInt8>?
    private var capacity = 0
    /// The number of bytes written.
    package private(set) var count = 0

    package init() {}

    deinit { base?.deallocate() }

    /// The bytes written so far.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Forgets the bytes and keeps the memory.
    package mutating func removeAll() { count = 0 }

    /// Makes room for `length` more bytes and lets `body` write there; it returns where it stopped.
    @inline(__always)
    package mutating func extend(by length: Int, _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        let end = reserve(length)
        count += body(end) - end
        assert(count <= capacity, "a member was longer than the room made for it")
    }

    @inline(__always)
    private mutating func reserve(_ length: Int) -> UnsafeMutablePointer<UInt8> {
        if let base, capacity - count >= length { return base + count }
        return grow(by: length)
    }

    @inline(never)
    private mutating func grow(by length: Int) -> UnsafeMutablePointer<UInt8> {
        let capacity = max(4096, 2 * self.capacity, count + length)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        if let base {
            grown.update(from: base, count: count)
            base.deallocate()
        }
        base = grown
        self.capacity = capacity
        return grown + count
    }
}
