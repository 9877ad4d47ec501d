/// Points in time as RFC 3339 text in UTC with microseconds, such as `2026-07-12T09:41:07.123456Z`.
package enum Timestamp {
    /// The number of bytes of the text.
    package static let length = 27

    /// The text for a time in nanoseconds since 1970.
    package static func text(_ nanoseconds: Int64) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            guard var end = buffer.baseAddress else { return 0 }
            store(nanoseconds, at: &end)
            return length
        }
    }

    /// Stores the text, ``length`` bytes, and moves on.
    ///
    /// Times outside the years 0 to 9999 are clamped.
    static func store(_ nanoseconds: Int64, at end: inout UnsafeMutablePointer<UInt8>) {
        let microseconds = floorDivide(Int(nanoseconds), 1000)
        let seconds = floorDivide(microseconds, 1_000_000)
        let days = floorDivide(seconds, 86_400)
        let date = CivilDate(daysSince1970: days)
        let time = seconds - days * 86_400
        end.store(date.year, width: 4)
        end.store(UInt8(ascii: "-"))
        end.store(date.month, width: 2)
        end.store(UInt8(ascii: "-"))
        end.store(date.day, width: 2)
        end.store(UInt8(ascii: "T"))
        end.store(time / 3600, width: 2)
        end.store(UInt8(ascii: ":"))
        end.store(time / 60 % 60, width: 2)
        end.store(UInt8(ascii: ":"))
        end.store(time % 60, width: 2)
        end.store(UInt8(ascii: "."))
        end.store(microseconds - seconds * 1_000_000, width: 6)
        end.store(UInt8(ascii: "Z"))
    }

    /// Reads an RFC 3339 time (any offset, any number of fractional digits) as nanoseconds since 1970.
    package static func parse(_ text: some StringProtocol) -> Int64? {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(width: 4), reader.skip("-"),
            let month = reader.number(width: 2), reader.skip("-"),
            let day = reader.number(width: 2), reader.skip("T", "t", " "),
            let hour = reader.number(width: 2), reader.skip(":"),
            let minute = reader.number(width: 2), reader.skip(":"),
            let second = reader.number(width: 2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        guard let fraction = reader.skip(".") ? reader.fraction() : 0, let offset = reader.offset(), reader.isAtEnd
        else {
            return nil
        }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        let (scaled, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (time, isTooLate) = scaled.addingReportingOverflow(Int64(fraction))
        return overflow || isTooLate ? nil : time
    }

    /// Rounds towards the past, so that times before 1970 keep a positive fraction.
    @inline(__always)
    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
