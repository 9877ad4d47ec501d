internal import FoundationEssentials

extension Date {
    /// A time given in nanoseconds since 1970.
    init(nanoseconds: Int64) { self.init(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000)) }

    /// The time in nanoseconds since 1970, to the second; clamped to what fits, which ends in 2262.
    var nanoseconds: Int64 {
        let (scaled, overflow) = Int64(timeIntervalSince1970).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (timeIntervalSince1970 < 0 ? .min : .max) : scaled
    }
}
