internal import PosternCore

/// A time as it is typed: `10m` ago, or an RFC 3339 time.
package enum PointInTime {
    /// Reads `30s`, `10m`, `2h` or `7d` before `now`, or an RFC 3339 time; both in nanoseconds since 1970.
    package static func parse(_ text: String, now: Int64) -> Int64? {
        if let time = Timestamp.parse(text) { return time }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0 else {
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit * 1_000_000_000)
        return overflow ? nil : now - seconds
    }
}
