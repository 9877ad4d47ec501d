internal import CLinux
internal import Glibc

/// Signals as something to wait for.
///
/// Made before any thread is, so that no thread is interrupted by them.
struct SignalDescriptor {
    private let descriptor: CInt

    init() { descriptor = postern_signal_descriptor() }

    /// Waits for SIGHUP, SIGTERM or SIGINT; returns 0 if none came in time.
    func wait(for time: Duration) -> CInt {
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
        return postern_wait_for_signal(descriptor, CInt(clamping: milliseconds))
    }
}
