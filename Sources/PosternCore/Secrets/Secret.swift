internal import CLinux

/// Bytes that must never be printed, logged, encoded or compared in variable time.
///
/// The bytes live in memory that is locked against swapping where the process limit allows it, and are
/// overwritten when the last reference is dropped. They are reached only through ``withBytes(_:)``.
package final class Secret: @unchecked Sendable {
    // @unchecked: the storage is written once, in `init`, before the reference is shared; afterwards it is only read.
    private let storage: UnsafeMutableRawBufferPointer

    /// Copies `bytes` into locked memory.
    package init(_ bytes: some Collection<UInt8>) {
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        storage.copyBytes(from: bytes)
        count = bytes.count
        // Locking is best effort: RLIMIT_MEMLOCK may be small, and an unlocked key is better than no service.
        _ = postern_mlock(storage.baseAddress, storage.count)
    }

    deinit {
        // Not unlocked: locks do not nest, and other secrets may lie on the same page.
        postern_explicit_bzero(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// The number of bytes.
    package let count: Int

    /// Calls `body` with the bytes, which must not escape it.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(rebasing: storage[0..<count]))
    }

    /// Whether `other` holds the same bytes, in time that depends only on the lengths.
    package func isEqual(to other: Secret) -> Bool {
        guard count == other.count else { return false }
        return withBytes { mine in other.withBytes { ConstantTime.areEqual(mine, $0) } }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Comparisons whose time does not depend on the contents.
package enum ConstantTime {
    /// Whether two equally long buffers hold the same bytes; buffers of different lengths never do.
    package static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in 0..<left.count { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
