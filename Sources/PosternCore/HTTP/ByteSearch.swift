internal import Glibc

extension UnsafeRawBufferPointer {
    /// The place of the first byte of this value at or behind `start`, found a vector at a time.
    @inline(__always)
    func place(of byte: UInt8, from start: Int) -> Int? {
        guard start < count, let base = baseAddress, let found = memchr(base + start, CInt(byte), count - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }
}
