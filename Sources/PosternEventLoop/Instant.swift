internal import CLinux

/// A moment of the monotonic clock: it never jumps, whatever is done to the wall clock.
package struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since some moment before the process began.
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The present moment, read from the clock.
    package static var now: Instant { Instant(nanoseconds: postern_monotonic_ns()) }

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment that lies `duration` later.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// The nanoseconds from an earlier moment to this one; 0 if it is not earlier.
    package func nanoseconds(since earlier: Instant) -> Int {
        nanoseconds > earlier.nanoseconds ? Int(clamping: nanoseconds - earlier.nanoseconds) : 0
    }
}

extension Duration {
    /// The duration in nanoseconds, at least 0 and at most what fits.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product &+ UInt64(attoseconds / 1_000_000_000)
    }
}
