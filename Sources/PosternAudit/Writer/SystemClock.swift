internal import Glibc

/// The clocks of the writer, in nanoseconds.
enum SystemClock {
    /// Since 1970: for the timestamps of records.
    static func realtime() -> Int64 { read(CLOCK_REALTIME) }
    /// Since some fixed point, never set back: for every wait.
    static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Duration {
    /// The duration in whole nanoseconds, at most a year: enough for any wait, and safe to add to a time.
    var nanoseconds: Int64 {
        let year: Int64 = 365 * 86_400
        let (seconds, attoseconds) = components
        return min(seconds, year) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
