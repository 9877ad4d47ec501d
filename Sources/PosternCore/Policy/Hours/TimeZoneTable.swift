/// What the clocks of a time zone showed, show and will show, as its TZif file says.
///
/// RFC 9636.
package struct TimeZoneTable: Hashable, Sendable {
    /// When the offset changes, in seconds since 1970, ascending.
    private let moments: [Int]
    /// The offset from each of `moments` on.
    private let offsets: [Int]
    /// The offset before the first of them.
    private let first: Int
    /// How it goes on after the last.
    private let rule: TimeZoneRule?

    /// Reads the bytes of a file; `nil` if they are none, or count leap seconds, which the system's clock does not.
    package init?(tzif bytes: [UInt8]) {
        guard let header = Header(bytes, at: 0) else { return nil }
        // From the second version on a second block follows, with times of eight bytes.
        var place = Header.length
        var width = 4
        var counts = header
        if header.version >= UInt8(ascii: "2") {
            guard let second = Header(bytes, at: place + header.blockLength(width: 4)) else { return nil }
            place += header.blockLength(width: 4) + Header.length
            width = 8
            counts = second
        }
        let end = place + counts.blockLength(width: width)
        guard end <= bytes.count, counts.types > 0, counts.leaps == 0 else { return nil }
        let types = place + counts.times * (width + 1)
        let all = (0..<counts.types).map { TimeZoneTable.integer(bytes[(types + $0 * 6)...].prefix(4)) }
        let indices = bytes[(place + counts.times * width)...].prefix(counts.times).map(Int.init)
        guard indices.allSatisfy(all.indices.contains), all.allSatisfy({ abs($0) < 26 * 3600 }) else { return nil }
        moments = (0..<counts.times).map { TimeZoneTable.integer(bytes[(place + $0 * width)...].prefix(width)) }
        guard zip(moments, moments.dropFirst()).allSatisfy(<) else { return nil }
        offsets = indices.map { all[$0] }
        first = all[0]
        guard width == 8 else {
            rule = nil
            return
        }
        guard bytes.count > end, bytes[end] == 0x0a, let close = bytes[(end + 1)...].firstIndex(of: 0x0a) else {
            return nil
        }
        let footer = bytes[end + 1..<close]
        rule = TimeZoneRule(footer)
        // An empty footer says that nothing is known; any other must be understood.
        guard footer.isEmpty || rule != nil else { return nil }
    }

    /// Seconds to be added to UTC at a moment.
    package func offset(at moment: Int) -> Int {
        guard let last = moments.last, moment < last else { return rule?.offset(at: moment) ?? offsets.last ?? first }
        var low = 0
        var high = moments.count
        while low < high {
            let middle = (low + high) / 2
            if moments[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }

    /// A signed number, high byte first.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        let isNegative = bytes.first.map { $0 >= 0x80 } ?? false
        return bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    }

    private struct Header {
        static let length = 44

        let version: UInt8
        let isUTC: Int
        let isStandard: Int
        let leaps: Int
        let times: Int
        let types: Int
        let characters: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count >= start + Header.length, bytes[start...].starts(with: "TZif".utf8) else { return nil }
            version = bytes[start + 4]
            let counts = (0..<6).map { TimeZoneTable.integer(bytes[(start + 20 + $0 * 4)...].prefix(4)) }
            // More than any zone has; what is beyond could overflow below.
            guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            (isUTC, isStandard, leaps) = (counts[0], counts[1], counts[2])
            (times, types, characters) = (counts[3], counts[4], counts[5])
        }

        func blockLength(width: Int) -> Int {
            times * (width + 1) + types * 6 + characters + leaps * (width + 4) + isStandard + isUTC
        }
    }
}
