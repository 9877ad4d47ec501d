/// A set of characters.
struct CharacterClass: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }

    /// The class of the letter behind a backslash; `nil` if it names none.
    static func named(_ letter: Unicode.Scalar) -> CharacterClass? {
        switch letter {
        case "d": CharacterClass(ranges: [0x30...0x39])
        case "w": CharacterClass(ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
        case "s": CharacterClass(ranges: [0x09...0x0d, 0x20...0x20])
        case "D", "W", "S": named(Unicode.Scalar(UInt8(letter.value) | 0x20)).map { $0.negated }
        default: nil
        }
    }

    private var negated: CharacterClass { CharacterClass(ranges: ranges, isNegated: !isNegated) }

    /// The same characters without a negation, so that they can be joined with others.
    var positiveRanges: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var result: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { result.append(start...range.lowerBound - 1) }
            start = max(start, range.upperBound + 1)
        }
        if start <= 0x10ffff { result.append(start...0x10ffff) }
        return result
    }
}
