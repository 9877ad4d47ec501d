/// How a zone's clocks change every year, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// POSIX.1-2017 section 8.3 (`TZ`), with the hours of RFC 9636 section 3.3.1: up to a week either way.
struct TimeZoneRule: Hashable, Sendable {
    private struct Summer: Hashable, Sendable {
        let offset: Int
        let start: YearlyMoment
        let end: YearlyMoment
    }

    private let standard: Int
    private let summer: Summer?

    /// Reads a rule; `nil` if it is none.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        guard TimeZoneRule.skipName(&rest), let west = YearlyMoment.seconds(&rest, maxHours: 24) else { return nil }
        standard = -west
        guard !rest.isEmpty else {
            summer = nil
            return
        }
        guard TimeZoneRule.skipName(&rest) else { return nil }
        var offset = standard + 3600
        if let next = rest.first, next != UInt8(ascii: ",") {
            guard let west = YearlyMoment.seconds(&rest, maxHours: 24) else { return nil }
            offset = -west
        }
        guard let start = YearlyMoment(&rest), let end = YearlyMoment(&rest), rest.isEmpty else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    /// Seconds to be added to UTC at a moment.
    func offset(at moment: Int) -> Int {
        guard let summer else { return standard }
        let local = moment + standard
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let year = CivilDate(daysSince1970: day).year
        let start = summer.start.seconds(in: year) - standard
        let end = summer.end.seconds(in: year) - summer.offset
        let isSummer = start < end ? (start..<end).contains(moment) : !(end..<start).contains(moment)
        return isSummer ? summer.offset : standard
    }

    /// Three letters or more, or anything between `<` and `>`.
    private static func skipName(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if rest.first == UInt8(ascii: "<") {
            guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(close + 1)...]
            return true
        }
        let name = rest.prefix { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }
}
