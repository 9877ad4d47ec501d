/// The byte strings that must not appear in an answer, prepared for finding any of them in one pass.
///
/// The search is Wu and Manber's: all patterns are looked at through a window as long as the shortest, the last three
/// bytes of the window choose from a table how far it may move, and only where it may not move are patterns
/// compared. On text without secrets it looks at a few bytes in every window.
package struct ScrubPatterns: Sendable {
    /// Shorter strings occur by chance; secrets this short are refused when they are read.
    package static let minimumLength = 8

    /// Longer secrets would need longer buffers for what is held back; the longest form is six times a secret.
    package static let maximumSecretLength = 4096

    private static let tableSize = 8192
    private static let block = 3

    private let patterns: [[UInt8]]
    private let windowLength: Int
    /// The longest pattern's length.
    let maximumLength: Int
    private var shifts: [UInt8]
    /// The hash of each pattern's block at the end of the window.
    private var ends: [UInt16]
    /// Whether some pattern starts with this byte.
    private var isFirstByte: [Bool]

    /// Derives every form of each secret; `also` are further strings taken as they are.
    package init(secrets: [Secret], also derived: [[UInt8]] = []) {
        var all = Set<[UInt8]>()
        for secret in secrets { all.formUnion(SecretEncodings.all(of: secret.withBytes(Array.init))) }
        all.formUnion(derived)
        // Longest first, so that of two patterns that start at one place the longer is masked.
        patterns = all.filter { $0.count >= ScrubPatterns.minimumLength }
            .sorted { ($1.count, $0.description) < ($0.count, $1.description) }
        maximumLength = patterns.first?.count ?? 0
        windowLength = min(patterns.last?.count ?? 0, 200)
        let far = UInt8(max(1, windowLength - ScrubPatterns.block + 1))
        shifts = [UInt8](repeating: far, count: ScrubPatterns.tableSize)
        ends = []
        isFirstByte = [Bool](repeating: false, count: 256)
        for pattern in patterns {
            isFirstByte[Int(pattern[0])] = true
            for end in (ScrubPatterns.block - 1)..<windowLength {
                let slot = ScrubPatterns.slot(pattern[end - 2], pattern[end - 1], pattern[end])
                shifts[slot] = min(shifts[slot], UInt8(windowLength - 1 - end))
            }
            let last = windowLength - 1
            ends.append(UInt16(ScrubPatterns.slot(pattern[last - 2], pattern[last - 1], pattern[last])))
        }
    }

    @inline(__always)
    private static func slot(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let bits = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
        return Int((bits &* 0x9e37_79b1) >> 19)
    }

    /// Whether there is nothing to look for.
    package var isEmpty: Bool { patterns.isEmpty }

    /// Overwrites every pattern in `text` with asterisks, length for length; returns how many there were.
    package func mask(_ text: UnsafeMutableRawBufferPointer) -> Int {
        let found = matches(in: UnsafeRawBufferPointer(text))
        // Masked only after the search, so that a match is found although it overlaps one before it.
        var end = 0
        for range in found {
            ScrubPatterns.overwrite(text, max(end, range.lowerBound)..<max(end, range.upperBound))
            end = max(end, range.upperBound)
        }
        return found.count
    }

    static func overwrite(_ text: UnsafeMutableRawBufferPointer, _ range: Range<Int>) {
        for index in range { text[index] = UInt8(ascii: "*") }
    }

    /// The places of all patterns, in the order in which they start: at each place the longest.
    func matches(in text: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard windowLength > 0, text.count >= windowLength else { return [] }
        var found: [Range<Int>] = []
        shifts.withUnsafeBufferPointer { shifts in
            var end = windowLength - 1
            while end < text.count {
                let slot = ScrubPatterns.slot(text[end - 2], text[end - 1], text[end])
                let shift = Int(shifts[slot])
                if shift > 0 {
                    end += shift
                    continue
                }
                let start = end - windowLength + 1
                if let length = lengthOfPattern(at: start, endingIn: slot, of: text) {
                    found.append(start..<start + length)
                }
                end += 1
            }
        }
        return found
    }

    private func lengthOfPattern(at start: Int, endingIn slot: Int, of text: UnsafeRawBufferPointer) -> Int? {
        for index in patterns.indices where ends[index] == UInt16(slot) {
            let count = patterns[index].count
            if start + count <= text.count, text[start..<start + count].elementsEqual(patterns[index]) { return count }
        }
        return nil
    }

    /// The length of the longest end of `text` that some pattern could go on from.
    package func heldBack(_ text: UnsafeRawBufferPointer) -> Int {
        guard maximumLength > 1 else { return 0 }
        for start in max(0, text.count - maximumLength + 1)..<text.count where isFirstByte[Int(text[start])] {
            let tail = text[start...]
            for pattern in patterns where pattern.count > tail.count && tail.elementsEqual(pattern.prefix(tail.count)) {
                return tail.count
            }
        }
        return 0
    }
}

extension ScrubPatterns: CustomStringConvertible, CustomReflectable {
    package var description: String { "<\(patterns.count) scrub patterns>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
