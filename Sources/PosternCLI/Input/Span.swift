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
        let seconds = (time - now) / 1_000_000_000
        let amount = abs(seconds)
        let text =
            switch amount {
            case ..<60: "\(amount) s"
            case ..<3600: "\(amount / 60) min"
            case ..<172_800: "\(amount / 3600) h"
            default: "\(amount / 86_400) d"
            }
        return seconds < 0 || amount == 0 ? "\(text) ago" : "in \(text)"
    }
}

extension Character {
    /// Whether it is one of `0` to `9`; `isNumber` takes digits of every script.
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) && utf8.count == 1 }
}
