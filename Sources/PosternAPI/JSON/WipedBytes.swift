internal import CLinux

/// Bytes of a request that may hold a secret: they are overwritten when the last reference is dropped.
final class WipedBytes: @unchecked Sendable {
    // @unchecked: the storage is written by whoever collects the body, before the reference is shared.
    private var storage: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int) {
        storage = .allocate(byteCount: max(capacity, 1), alignment: 16)
    }

    deinit { WipedBytes.discard(storage) }

    /// Copies bytes to the end.
    func append(_ bytes: UnsafeRawBufferPointer) {
        if count + bytes.count > storage.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(count + bytes.count, storage.count * 2),
                alignment: 16
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[0..<count]))
            WipedBytes.discard(storage)
            storage = larger
        }
        UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// Calls `body` with the bytes, which must not escape it.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: storage[0..<count]))
    }

    private static func discard(_ storage: UnsafeMutableRawBufferPointer) {
        postern_explicit_bzero(storage.baseAddress, storage.count)
        storage.deallocate()
    }
}
