/// Dates and times.
///
/// Only a date-time with an offset means the same moment on every machine, so only it has a value.
enum TOMLMoment {
    /// The value of a token of any of the four forms; `nil` if it is none, or no day or time of day.
    ///
    /// RFC 3339.
    static func value(of token: String) -> ConfigNode.Value? {
        let date = /(\d{4})-(\d\d)-(\d\d)/.asciiOnlyDigits()
        let time = /(\d\d):(\d\d):(\d\d)(?:\.\d+)?/.asciiOnlyDigits()
        if let match = token.wholeMatch(of: date) {
            return days(match.output.1, match.output.2, match.output.3).map { _ in .other("a date without a time") }
        }
        if let match = token.wholeMatch(of: time) {
            return seconds(match.output.1, match.output.2, match.output.3).map { _ in .other("a time without a date") }
        }
        guard let datePart = token.prefixMatch(of: date) else { return nil }
        let afterDate = token[datePart.range.upperBound...]
        guard let separator = afterDate.first, "Tt ".contains(separator),
            let timePart = afterDate.dropFirst().prefixMatch(of: time),
            let days = days(datePart.output.1, datePart.output.2, datePart.output.3),
            let seconds = seconds(timePart.output.1, timePart.output.2, timePart.output.3)
        else { return nil }
        let offset = token[timePart.range.upperBound...]
        if offset.isEmpty { return .other("a date-time without an offset") }
        return self.offset(offset).map { .instant(days * 86_400 + seconds - $0) }
    }

    /// Seconds of `Z` or `±hh:mm`.
    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        guard let match = text.wholeMatch(of: /([+-])(\d\d):(\d\d)/.asciiOnlyDigits()),
            let seconds = seconds(match.output.2, match.output.3, "00")
        else { return nil }
        return match.output.1 == "-" ? -seconds : seconds
    }

    /// Seconds since midnight; `nil` if it is no time of day.
    ///
    /// A leap second is none: the clock of Unix has none.
    private static func seconds(_ hour: Substring, _ minute: Substring, _ second: Substring) -> Int64? {
        guard let hour = Int64(hour), let minute = Int64(minute), let second = Int64(second),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar; `nil` if there is no such day.
    private static func days(_ year: Substring, _ month: Substring, _ day: Substring) -> Int64? {
        guard let year = Int64(year), let month = Int64(month), let day = Int64(day), (1...12).contains(month) else {
            return nil
        }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[Int(month) - 1]).contains(day) else { return nil }
        // Count in years that begin in March, so that a leap day is the last of its year; 400 years always have as
        // many days, and one more era keeps the year 0 from going below it.
        let marchYear = (month <= 2 ? year - 1 : year) + 400
        let yearOfEra = marchYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return (marchYear / 400 - 1) * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
