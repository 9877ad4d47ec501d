/// A part of the week in which a rule holds, such as `Mon-Fri 08:00-18:00 Europe/Berlin`.
package struct HourWindow: Hashable, Sendable {
    /// What the clock on the wall shows, as seconds to be added to UTC.
    package enum Zone: Hashable, Sendable {
        case offset(Int)
        case table(TimeZoneTable)
    }

    private static let secondsOfDay = 86_400

    /// The window as written.
    package let text: String
    private let days: UInt8
    private let start: Int
    private let end: Int
    private let zone: Zone

    /// - Parameters:
    ///   - text: the window as written.
    ///   - days: the days on which it begins, one bit each, that of Monday the lowest.
    ///   - seconds: its times of day, in seconds since midnight; one that ends before it begins goes on into the next day.
    ///   - zone: whose times of day these are.
    package init(text: String, days: UInt8, seconds: (start: Int, end: Int), zone: Zone) {
        self.text = text
        self.days = days
        (start, end) = seconds
        self.zone = zone
    }

    /// Whether a moment, in seconds since 1970, is in it.
    package func contains(_ nowSeconds: Int64) -> Bool {
        let local = Int(nowSeconds) + offset(at: Int(nowSeconds))
        let second = HourWindow.modulo(local, HourWindow.secondsOfDay)
        let day = (local - second) / HourWindow.secondsOfDay
        if start < end { return begins(on: day) && (start..<end).contains(second) }
        return begins(on: day) && second >= start || begins(on: day - 1) && second < end
    }

    private func offset(at moment: Int) -> Int {
        switch zone {
        case .offset(let seconds): seconds
        case .table(let table): table.offset(at: moment)
        }
    }

    /// Takes a day by its number since 1970-01-01, which was a Thursday.
    private func begins(on day: Int) -> Bool { days >> HourWindow.modulo(day + 3, 7) & 1 == 1 }

    private static func modulo(_ number: Int, _ divisor: Int) -> Int {
        let rest = number % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
