internal import Glibc

/// The byte strings that must not appear in an answer, prepared for finding any of them in one pass.
///
/// The search is Wu and Manber's: all patterns are looked at through a window as long as the shortest, the last three
/// bytes of the window choose from a table how far it may move, and only where it may not move are patterns
/// compared. On text without secrets it looks at a few bytes in every window. Each look waits for the one before, so
/// four parts of the text are searched in turn.
package struct ScrubPatterns: Sendable {
    /// Shorter strings occur by chance; secrets this short are refused when they are read.
    package static let minimumLength = 8

    /// Longer secrets would need longer buffers for what is held back; the longest form is six times a secret.
    package static let maximumSecretLength = 4096
    private static let maximumFormLength = 6 * maximumSecretLength

    private static let tableSize = 8192
    private static let block = 3
    /// In how many parts a text is searched.
    private static let lanes = 4

    /// One pattern, as a place in `bytes`, or in `added`.
    private struct Pattern {
        var isAdded: Bool
        var start: Int
        var count: Int
        /// The hash of the block at the end of the window.
        var slot: Int
    }

    /// Longest first, so that of two patterns that start at one place the longer is masked.
    private var patterns: [Pattern] = []
    /// All patterns, one after the other, but for the one that was added.
    private var bytes: [UInt8] = []
    /// Apart from the others, so that adding it leaves no copy of them.
    private var added: [UInt8] = []
    private let windowLength: Int
    /// The longest pattern's length.
    private(set) var maximumLength: Int
    private var shifts: [UInt8]
    /// Whether some pattern starts with this byte.
    private var isFirstByte = [Bool](repeating: false, count: 256)

    /// Derives every form of each secret; `also` are further strings taken as they are.
    ///
    /// Texts of `addedLength` bytes or more may be added later.
    package init(secrets: [Secret], also derived: [[UInt8]] = [], addedLength: Int? = nil) {
        var all = Set<[UInt8]>()
        for secret in secrets { all.formUnion(SecretEncodings.all(of: secret.withBytes(Array.init))) }
        all.formUnion(derived)
        let lengths = ScrubPatterns.minimumLength...ScrubPatterns.maximumFormLength
        let sorted = all.filter { lengths.contains($0.count) }.sorted { $0.count > $1.count }
        maximumLength = sorted.first?.count ?? 0
        windowLength = min(sorted.last?.count ?? 0, 200, addedLength ?? 200)
        let far = UInt8(max(1, windowLength - ScrubPatterns.block + 1))
        shifts = [UInt8](repeating: far, count: ScrubPatterns.tableSize)
        for pattern in sorted {
            note(pattern, at: patterns.endIndex, start: bytes.count, isAdded: false)
            bytes += pattern
        }
    }

    /// The same patterns and one more, for one answer.
    package func adding(_ pattern: [UInt8]) -> ScrubPatterns {
        guard windowLength > 0, pattern.count >= windowLength, added.isEmpty else { return self }
        var result = self
        let index = patterns.firstIndex { $0.count <= pattern.count } ?? patterns.endIndex
        result.note(pattern, at: index, start: 0, isAdded: true)
        result.added = pattern
        result.maximumLength = max(maximumLength, pattern.count)
        return result
    }

    private mutating func note(_ pattern: [UInt8], at index: Int, start: Int, isAdded: Bool) {
        isFirstByte[Int(pattern[0])] = true
        for end in (ScrubPatterns.block - 1)..<windowLength {
            let slot = ScrubPatterns.slot(pattern, endingAt: end)
            shifts[slot] = min(shifts[slot], UInt8(windowLength - 1 - end))
        }
        let slot = ScrubPatterns.slot(pattern, endingAt: windowLength - 1)
        patterns.insert(Pattern(isAdded: isAdded, start: start, count: pattern.count, slot: slot), at: index)
    }

    /// The hash of a block, given as the low 24 bits.
    @inline(__always)
    private static func slot(_ block: UInt32) -> Int { Int((block &* 0x9e37_79b1) >> 19) }

    private static func slot(_ pattern: [UInt8], endingAt end: Int) -> Int {
        slot(UInt32(pattern[end - 2]) | UInt32(pattern[end - 1]) << 8 | UInt32(pattern[end]) << 16)
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
    func matches(in text: UnsafeRawBufferPointer) -> [Range<Int>] { search(text).matches }

    /// What there is in a text.
    struct Findings {
        /// As ``ScrubPatterns/matches(in:)`` has it.
        var matches: [Range<Int>] = []
        /// Where the longest end of the text starts that some pattern could go on from.
        var undecided: Int
    }

    /// Finds the patterns in a text, and what may become one of them when it goes on.
    func search(_ text: UnsafeRawBufferPointer) -> Findings {
        var findings = Findings(undecided: text.count)
        guard windowLength > 0, let base = text.baseAddress else { return findings }
        withKnownBytes { known in
            let first = windowLength - 1
            // Each part has the windows that end in it.
            let part = max(0, text.count - first) / ScrubPatterns.lanes
            shifts.withUnsafeBufferPointer { shifts in
                @inline(__always)
                func advance(_ end: inout Int) {
                    // The windows' length makes sure that a byte stands before the block.
                    let block = base.loadUnaligned(fromByteOffset: end - 3, as: UInt32.self).littleEndian >> 8
                    let slot = ScrubPatterns.slot(block)
                    let shift = Int(shifts[slot])
                    end += max(1, shift)
                    if shift == 0 { compare(text, at: end - windowLength, slot, known, &findings) }
                }
                var end0 = first
                var end1 = first + part
                var end2 = first + 2 * part
                var end3 = first + 3 * part
                while end0 < first + part, end1 < first + 2 * part, end2 < first + 3 * part, end3 < text.count {
                    advance(&end0)
                    advance(&end1)
                    advance(&end2)
                    advance(&end3)
                }
                while end0 < first + part { advance(&end0) }
                while end1 < first + 2 * part { advance(&end1) }
                while end2 < first + 3 * part { advance(&end2) }
                while end3 < text.count { advance(&end3) }
            }
            // The parts were searched in turn.
            findings.matches.sort { $0.lowerBound < $1.lowerBound }
            guard findings.undecided == text.count else { return }
            for start in max(0, text.count - first)..<text.count where isFirstByte[Int(text[start])] {
                compare(text, at: start, nil, known, &findings)
                if findings.undecided < text.count { return }
            }
        }
        return findings
    }

    /// Where the patterns are.
    private struct KnownBytes {
        let own: UnsafeRawPointer?
        let added: UnsafeRawPointer?
    }

    @inline(__always)
    private func withKnownBytes(_ body: (KnownBytes) -> Void) {
        bytes.withUnsafeBytes { own in
            added.withUnsafeBytes { body(KnownBytes(own: own.baseAddress, added: $0.baseAddress)) }
        }
    }

    /// Notes the longest pattern at `start`, and whether the text ends inside of one.
    ///
    /// `slot` is that of the window there, if the text has it whole.
    private func compare(
        _ text: UnsafeRawBufferPointer,
        at start: Int,
        _ slot: Int?,
        _ known: KnownBytes,
        _ findings: inout Findings
    ) {
        guard let base = text.baseAddress else { return }
        let rest = text.count - start
        for pattern in patterns where slot == nil || pattern.slot == slot {
            guard let expected = pattern.isAdded ? known.added : known.own,
                memcmp(base + start, expected + pattern.start, min(rest, pattern.count)) == 0
            else { continue }
            if rest >= pattern.count {
                findings.matches.append(start..<start + pattern.count)
                return
            }
            findings.undecided = min(findings.undecided, start)
        }
    }
}

extension ScrubPatterns: CustomStringConvertible, CustomReflectable {
    package var description: String { "<\(patterns.count) scrub patterns>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
