/// A length of time as it is typed: `30s`, `10m`, `12h`, `30d` or `2w`.
package struct Span: Hashable, Sendable {
    private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    /// A century; more is a mistake.
    private static let maxSeconds = 3_153_600_000

    package let seconds: Int

    /// Reads a whole number that is not negative, and its unit.
    package init?(_ text: String) {
        guard let unit = text.last.flatMap({ Span.units[$0] }), text.dropLast().allSatisfy(\.isASCIIDigit),
            let count = Int(text.dropLast())
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, seconds <= Span.maxSeconds else { return nil }
        self.seconds = seconds
    }

    /// A time from now, in the unit that says it best: `in 29 d`, `3 h ago`.
    package static func relative(_ time: Int64, now: Int64) -> String {
        let isAhead = time > now
        // A time ahead is rounded up: what ends in 30 days does so a moment after it was made, too.
        let seconds = (abs(time - now) + (isAhead ? 999_999_999 : 0)) / 1_000_000_000
        func count(_ unit: Int64) -> Int64 { (seconds + (isAhead ? unit - 1 : 0)) / unit }
        let text =
            switch seconds {
            case ...60: "\(seconds) s"
            case ...3600: "\(count(60)) min"
            case ...172_800: "\(count(3600)) h"
            default: "\(count(86_400)) d"
            }
        return isAhead ? "in \(text)" : "\(text) ago"
    }
}

extension Character {
    /// Whether it is one of `0` to `9`; `isNumber` takes digits of every script.
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) && utf8.count == 1 }
}
