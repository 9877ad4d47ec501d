internal import PosternCore

/// Reads a part of the week: `08:00-18:00`, `Mon-Fri 08:00-18:00`, `Sat,Sun 22:00-06:00 Europe/Berlin`.
enum HourText {
    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let form = "write it like `Mon-Fri 08:00-18:00 Europe/Berlin`; days and zone may be left out"

    static func window(_ text: String) throws(Refusal) -> HourWindow {
        var words = text.split(separator: " ")[...]
        guard (1...3).contains(words.count) else {
            throw Refusal("\(Excerpt.of(text)) is not a part of the week", hint: form)
        }
        var days: UInt8 = 0x7f
        if let first = words.first, first.first?.isLetter == true {
            days = try HourText.days(first)
            words.removeFirst()
        }
        guard let times = words.popFirst(), let seconds = seconds(times) else {
            throw Refusal("\(Excerpt.of(text)) has no times of day", hint: form)
        }
        guard seconds.start != seconds.end else {
            throw Refusal("\(Excerpt.of(text)) begins when it ends", hint: "the whole day is 00:00-24:00")
        }
        let zone = try words.popFirst().map(ZoneText.zone) ?? .offset(0)
        guard words.isEmpty else { throw Refusal("\(Excerpt.of(text)) is not a part of the week", hint: form) }
        return HourWindow(text: text, days: days, seconds: seconds, zone: zone)
    }

    /// Reads `Mon`, `Mon-Fri` or several, with commas; ranges may go over Sunday.
    private static func days(_ text: Substring) throws(Refusal) -> UInt8 {
        var days: UInt8 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                names.firstIndex(of: $0.lowercased())
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
                throw Refusal(
                    "\(Excerpt.of(String(part))) is not a day or a range of days",
                    hint: "days are Mon, Tue, Wed, Thu, Fri, Sat, Sun, such as `Mon-Fri` or `Sat,Sun`"
                )
            }
            var day = first
            days |= 1 << day
            while day != last {
                day = (day + 1) % 7
                days |= 1 << day
            }
        }
        return days
    }

    private static func seconds(_ text: Substring) -> (start: Int, end: Int)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(timeOfDay)
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < 86_400 else { return nil }
        return (start, end)
    }

    /// `hh:mm`, up to `24:00`.
    static func timeOfDay(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [0, 1, 3, 4].map { Int(bytes[$0]) - 0x30 }
        guard digits.allSatisfy((0...9).contains), digits[2] < 6 else { return nil }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        return minutes <= 24 * 60 ? minutes * 60 : nil
    }
}
