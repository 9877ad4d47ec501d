/// A moment of every year on the clock of the zone: `,M3.5.0/2`, `,J60` or `,59`.
struct YearlyMoment: Hashable, Sendable {
    private enum Day: Hashable, Sendable {
        /// The `week`th of a weekday (0 is Sunday) in a month; the fifth is the last.
        case weekday(Int, week: Int, month: Int)
        /// A day of the year from 1, in which the 29th of February is not counted.
        case counted(Int)
        /// A day of the year from 0.
        case any(Int)
    }

    private let day: Day
    private let time: Int

    /// Reads one with the comma before it.
    init?(_ rest: inout ArraySlice<UInt8>) {
        guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
        switch rest.first {
        case UInt8(ascii: "M"):
            rest.removeFirst()
            guard let month = YearlyMoment.number(&rest, 1...12), rest.popFirst() == UInt8(ascii: "."),
                let week = YearlyMoment.number(&rest, 1...5), rest.popFirst() == UInt8(ascii: "."),
                let weekday = YearlyMoment.number(&rest, 0...6)
            else { return nil }
            day = .weekday(weekday, week: week, month: month)
        case UInt8(ascii: "J"):
            rest.removeFirst()
            guard let number = YearlyMoment.number(&rest, 1...365) else { return nil }
            day = .counted(number)
        default:
            guard let number = YearlyMoment.number(&rest, 0...365) else { return nil }
            day = .any(number)
        }
        guard rest.first == UInt8(ascii: "/") else {
            time = 2 * 3600
            return
        }
        rest.removeFirst()
        guard let seconds = YearlyMoment.seconds(&rest, maxHours: 167) else { return nil }
        time = seconds
    }

    /// Seconds since 1970 on the clock of the zone.
    func seconds(in year: Int) -> Int { dayNumber(in: year) * 86_400 + time }

    private func dayNumber(in year: Int) -> Int {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
        let march = CivilDate(year: year, month: 3, day: 1).daysSince1970
        switch day {
        case .any(let number): return newYear + number
        case .counted(let number): return number < 60 ? newYear + number - 1 : march + number - 60
        case .weekday(let weekday, let week, let month):
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            let after =
                month == 12
                ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: month + 1, day: 1)
            // 1970-01-01 was a Thursday.
            let shift = (weekday - (first + 4) % 7 + 14) % 7
            let found = first + shift + (week - 1) * 7
            return found < after.daysSince1970 ? found : found - 7
        }
    }

    /// `[+-]hh[:mm[:ss]]`.
    static func seconds(_ rest: inout ArraySlice<UInt8>, maxHours: Int) -> Int? {
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard var seconds = number(&rest, 0...maxHours).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
            guard let part = number(&rest, 0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return range.contains(value) ? value : nil
    }
}
