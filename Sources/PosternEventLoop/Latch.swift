internal import CLinux
internal import Glibc

/// Something to wait for on one thread that others bring about: counts signals, and waits for one at most so long.
///
/// The wait is relative and the kernel's own, so that it holds whatever happens to the clocks.
package final class Latch: Sendable {
    private let descriptor: CInt

    package init() { descriptor = postern_eventfd_counting() }

    deinit { close(descriptor) }

    /// Lets one wait end, now or later.
    package func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits for a signal and takes it; `false` if none came in time.
    package func wait(for time: Duration) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = CInt(clamping: time.wholeNanoseconds / 1_000_000)
        guard poll(&ready, 1, milliseconds) == 1 else { return false }
        var count: UInt64 = 0
        return read(descriptor, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
    }
}
