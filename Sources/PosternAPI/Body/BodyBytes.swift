internal import CLinux

/// The bytes of a request's body, which may hold a secret: they are overwritten when the last reference is dropped.
final class BodyBytes: @unchecked Sendable {
    // @unchecked: the bytes are written by whoever collects the body, before the reference is shared.
    /// What came; whoever reads a copy of this array must keep the reference as well, or reads zeros.
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    deinit { BodyBytes.wipe(bytes) }

    /// Copies bytes to the end.
    func append(_ more: UnsafeRawBufferPointer) {
        if bytes.count + more.count > bytes.capacity {
            // The array itself would leave what it had behind.
            var larger: [UInt8] = []
            larger.reserveCapacity(max(bytes.count + more.count, bytes.capacity * 2))
            larger.append(contentsOf: bytes)
            BodyBytes.wipe(bytes)
            bytes = larger
        }
        bytes.append(contentsOf: more)
    }

    /// Overwrites an array that nobody reads any more, where it lies: to change it would be to copy it, if it is shared.
    static func wipe(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { postern_explicit_bzero(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count) }
    }
}
