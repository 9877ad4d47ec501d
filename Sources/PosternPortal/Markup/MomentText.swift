internal import PosternCore

/// Points in time, as pages show them: in UTC, since a page without programs does not know its reader's clock.
struct MomentText {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// Nanoseconds since 1970.
    let now: Int64

    /// Such as `21 November 2026, 12:05 UTC`.
    func date(_ time: Int64) -> HTML {
        let text = Timestamp.text(time)
        let parts = text.split { $0 == "-" || $0 == "T" || $0 == ":" }
        guard parts.count >= 5, let month = Int(parts[1]), let day = Int(parts[2]) else { return "\(text)" }
        let readable = "\(day) \(MomentText.months[month - 1]) \(parts[0]), \(parts[3]):\(parts[4]) UTC"
        return "<time datetime=\"\(text)\">\(readable)</time>"
    }

    /// Such as `in 12 minutes` or `3 hours ago`, with the date behind it for those who point at it.
    func distance(_ time: Int64) -> HTML {
        let seconds = (time - now) / 1_000_000_000
        let amount = MomentText.amount(abs(seconds))
        let words = abs(seconds) < 5 ? "now" : seconds < 0 ? "\(amount) ago" : "in \(amount)"
        return "<time datetime=\"\(Timestamp.text(time))\" title=\"\(Timestamp.text(time))\">\(words)</time>"
    }

    private static func amount(_ seconds: Int64) -> String {
        let (count, unit): (Int64, String) =
            switch seconds {
            case ..<60: (seconds, "second")
            case ..<3600: (seconds / 60, "minute")
            case ..<86_400: (seconds / 3600, "hour")
            default: (seconds / 86_400, "day")
            }
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}
